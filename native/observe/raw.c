/* Memory from the kernel: the one call that takes six arguments. */
#include "raw.h"

#include <linux/mman.h>
#include <stddef.h>

#if defined(__i386__)
/* The old call takes a pointer to its arguments, and so needs no sixth register, which would be the frame's. */
static long map(unsigned long size, long flags, long fd) {
    const unsigned long arguments[6] = {0, size, PROT_READ | PROT_WRITE, (unsigned long)flags, (unsigned long)fd, 0};
    return raw(__NR_mmap, (long)arguments, 0, 0, 0);
}
#elif defined(__x86_64__)
static long map(unsigned long size, long flags, long fd) {
    long result;
    register long r10 __asm__("r10") = flags;
    register long r8 __asm__("r8") = fd;
    register long r9 __asm__("r9") = 0;
    __asm__ volatile("syscall"
                     : "=a"(result)
                     : "a"(__NR_mmap), "D"(0), "S"(size), "d"(PROT_READ | PROT_WRITE), "r"(r10), "r"(r8), "r"(r9)
                     : "rcx", "r11", "memory");
    return result;
}
#elif defined(__aarch64__)
static long map(unsigned long size, long flags, long fd) {
    register long x8 __asm__("x8") = __NR_mmap;
    register long x0 __asm__("x0") = 0;
    register long x1 __asm__("x1") = (long)size;
    register long x2 __asm__("x2") = PROT_READ | PROT_WRITE;
    register long x3 __asm__("x3") = flags;
    register long x4 __asm__("x4") = fd;
    register long x5 __asm__("x5") = 0;
    __asm__ volatile("svc 0" : "+r"(x0) : "r"(x8), "r"(x1), "r"(x2), "r"(x3), "r"(x4), "r"(x5) : "memory");
    return x0;
}
#elif defined(__arm__)
static long map(unsigned long size, long flags, long fd) {
    register long r7 __asm__("r7") = __NR_mmap2;
    register long r0 __asm__("r0") = 0;
    register long r1 __asm__("r1") = (long)size;
    register long r2 __asm__("r2") = PROT_READ | PROT_WRITE;
    register long r3 __asm__("r3") = flags;
    register long r4 __asm__("r4") = fd;
    register long r5 __asm__("r5") = 0;
    __asm__ volatile("svc 0" : "+r"(r0) : "r"(r7), "r"(r1), "r"(r2), "r"(r3), "r"(r4), "r"(r5) : "memory");
    return r0;
}
#elif defined(__riscv)
static long map(unsigned long size, long flags, long fd) {
    register long a7 __asm__("a7") = __NR_mmap;
    register long a0 __asm__("a0") = 0;
    register long a1 __asm__("a1") = (long)size;
    register long a2 __asm__("a2") = PROT_READ | PROT_WRITE;
    register long a3 __asm__("a3") = flags;
    register long a4 __asm__("a4") = fd;
    register long a5 __asm__("a5") = 0;
    __asm__ volatile("ecall" : "+r"(a0) : "r"(a7), "r"(a1), "r"(a2), "r"(a3), "r"(a4), "r"(a5) : "memory");
    return a0;
}
#endif

void *raw_map(unsigned long size, int fd) {
    long place = map(size, fd < 0 ? MAP_PRIVATE | MAP_ANONYMOUS : MAP_SHARED, fd);
    return place < 0 && place > -4096 ? NULL : (void *)place;
}
