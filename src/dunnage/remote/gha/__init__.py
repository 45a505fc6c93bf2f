"""GitHub's Actions cache, service v2, as a remote.

Its limits are by the request (200 uploads and 1,500 downloads a minute for a whole repository), and what it keeps never
changes. So what a job adds travels as one or a few packs (`packs`), and one manifest (`manifest`) says what is where.
"""
