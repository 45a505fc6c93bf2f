/* The loaded objects, as glibc and musl both tell of them. */
#ifndef DUNNAGE_OBSERVE_LOADED_H
#define DUNNAGE_OBSERVE_LOADED_H

#include "base.h"

#include <linux/elf.h>

#if __SIZEOF_POINTER__ == 8
#define ELF_TYPE(name) Elf64_##name
#else
#define ELF_TYPE(name) Elf32_##name
#endif

/* The beginning of their struct dl_phdr_info, which is all that every version has. */
struct loaded {
    uintptr_t base;
    const char *name;
    const ELF_TYPE(Phdr) * headers;
    uint16_t header_count;
};

THEIRS int dl_iterate_phdr(int (*callback)(struct loaded *object, size_t size, void *context), void *context);

static inline bool is_ourselves(const struct loaded *object) {
    for (unsigned i = 0; i < object->header_count; i++) {
        const ELF_TYPE(Phdr) *header = &object->headers[i];
        if (header->p_type == PT_LOAD && (uintptr_t)&is_ourselves - object->base - header->p_vaddr < header->p_memsz) {
            return true;
        }
    }
    return false;
}

#endif
