/* The symbol table of a loaded object. */
#ifndef DUNNAGE_OBSERVE_SYMBOLS_H
#define DUNNAGE_OBSERVE_SYMBOLS_H

#include "loaded.h"

struct symbols {
    uintptr_t base;
    const ELF_TYPE(Sym) * table;
    const char *texts;
    const uint16_t *versions; /* NULL: it has none */
    const uint32_t *gnu_hash; /* NULL: only the old one is there */
    const uint32_t *old_hash;
};

/* False: it has no symbol table. */
bool symbols_of(const struct loaded *object, struct symbols *symbols);

/* The function of this name, in its default version; NULL: it defines none. */
void *find_symbol(const struct symbols *symbols, const char *name);

#endif
