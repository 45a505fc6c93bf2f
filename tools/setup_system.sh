#!/usr/bin/env bash
# Installs the programs that pip cannot bring: only those that are missing, only as root, only on Debian and its kin.
# Otherwise it says what is missing and what would not work without it.
set -u

# program, Debian package, what needs it
parts() {
  cat <<'ROWS'
clang-format clang-format make lint
shellcheck shellcheck make lint
clang clang the client's sanitizer runs and fuzzing, and C units
valgrind valgrind the client's instruction counts
qemu-aarch64-static qemu-user-static the foreign clients' tests
podman podman podman's tests
debootstrap debootstrap the images of the container tests
gcc gcc linking Rust programs, and C units
g++ g++ C++ units
cmake cmake builds of C that call the client
ninja ninja-build the same
meson meson the same
automake automake the same, by autotools
libtoolize libtool the same
dpkg-source dpkg-dev real projects of C and C++, from their source packages
/usr/include/boost/version.hpp libboost-dev one that uses Boost
/usr/include/cppunit/Test.h libcppunit-dev its tests
/usr/include/zlib.h zlib1g-dev the same
/usr/src/googletest/CMakeLists.txt googletest the tests of another
tclsh tcl the tests of sqlite and redis
bazel-4 bazel-bootstrap a Bazel that the cache is offered to
ccache ccache two caches in front of one compiler
distcc distcc the same
nginx nginx-light remotes over HTTP and WebDAV
/usr/lib/nginx/modules/ngx_http_dav_ext_module.so libnginx-mod-http-dav-ext the same
redis-server redis-server remotes on Redis
strace strace which programs a build starts
gdb gdb panics and frames of portable mode
mold mold links with mold
musl-gcc musl-tools the observing library beside musl
/usr/aarch64-linux-gnu/lib/ld-linux-aarch64.so.1 libc6-arm64-cross the observing library on foreign machines
/usr/arm-linux-gnueabihf/lib/ld-linux-armhf.so.3 libc6-armhf-cross the observing library on foreign machines
/usr/i686-linux-gnu/lib/ld-linux.so.2 libc6-i386-cross the observing library on foreign machines
/usr/riscv64-linux-gnu/lib/ld-linux-riscv64-lp64d.so.1 libc6-riscv64-cross the observing library on foreign machines
ROWS
}

# clang's sanitizers and libFuzzer are a package of their own, named after clang's version.
runtime_missing() {
  command -v clang >/dev/null || return 1
  [ ! -e "$(clang -print-file-name=libclang_rt.fuzzer-x86_64.a)" ] && [ "$(uname -m)" = x86_64 ] &&
    ! ls "$(clang -print-resource-dir)"/lib/linux/libclang_rt.fuzzer-*.a >/dev/null 2>&1
}

# A program in PATH or among root's, or any file by its path.
is_there() {
  command -v "$1" >/dev/null || [ -x "/usr/sbin/$1" ] || { [ "${1#/}" != "$1" ] && [ -e "$1" ]; }
}

packages=()
reasons=()
while read -r program package use; do
  if ! is_there "$program"; then
    packages+=("$package")
    reasons+=("$program ($use)")
    [ "$program" = clang ] && packages+=("libclang-rt-14-dev")
  fi
done < <(parts)
if runtime_missing; then
  packages+=("libclang-rt-$(clang -dumpversion | cut -d. -f1)-dev")
  reasons+=("clang's runtime (the client's sanitizer runs and fuzzing)")
fi

for program in cargo rustc; do
  if ! command -v "$program" >/dev/null; then
    echo "setup: $program is missing, and nothing here can be tested without it: https://rustup.rs" >&2
  fi
done
if ! command -v docker >/dev/null; then
  echo "setup: docker is missing: the container tests and \`make demo\` need a Docker engine." >&2
fi

[ ${#packages[@]} -eq 0 ] && exit 0

if [ "$(id -u)" -eq 0 ] && command -v apt-get >/dev/null; then
  echo "setup: installing ${packages[*]}"
  export DEBIAN_FRONTEND=noninteractive
  wait_for_others=(-o DPkg::Lock::Timeout=600)
  apt-get update -qq || echo "setup: apt-get update failed." >&2
  offered=() # a package that this release lacks keeps none of the others away
  known=$(apt-cache show "${packages[@]}" 2>/dev/null | sed -n 's/^Package: //p')
  for package in "${packages[@]}"; do
    if grep -qxF "$package" <<<"$known"; then
      offered+=("$package")
    else
      echo "setup: there is no package $package here; tests that need it skip and say so." >&2
    fi
  done
  [ ${#offered[@]} -eq 0 ] && exit 0
  if apt-get "${wait_for_others[@]}" install -y -qq --no-install-recommends "${offered[@]}" >/dev/null; then
    exit 0
  fi
  echo "setup: apt-get failed; going on without ${offered[*]}." >&2
  exit 0
fi

echo "setup: missing: ${reasons[*]}. Tests that need them skip and say so." >&2
echo "setup: as root, on Debian: apt-get install ${packages[*]}" >&2
exit 0
