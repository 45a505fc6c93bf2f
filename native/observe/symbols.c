/* The symbol table of a loaded object, read as the dynamic loader reads it: through its hash table. */
#include "symbols.h"

#include <linux/auxvec.h>

enum {
    TAG_GNU_HASH = 0x6ffffef5,
    TAG_VERSYM = 0x6ffffff0,
    VERSION_HIDDEN = 0x8000, /* not the one that a program without versions gets */
    TYPE_FUNCTION = 2,
    TYPE_CHOSEN = 10, /* STT_GNU_IFUNC: a function that says which function it is */
};

THEIRS unsigned long getauxval(unsigned long type);

/* glibc has added the base to such an address in most places, musl never. An object is never loaded below its size. */
static const void *address(const struct symbols *symbols, ELF_TYPE(Addr) pointer) {
    return (const void *)((uintptr_t)pointer >= symbols->base ? (uintptr_t)pointer
                                                              : (uintptr_t)pointer + symbols->base);
}

bool symbols_of(const struct loaded *object, struct symbols *symbols) {
    const ELF_TYPE(Dyn) *entry = NULL;
    *symbols = (struct symbols){.base = object->base};
    for (unsigned i = 0; i < object->header_count && !entry; i++) {
        if (object->headers[i].p_type == PT_DYNAMIC) {
            entry = (const void *)(object->base + object->headers[i].p_vaddr);
        }
    }
    for (; entry && entry->d_tag != DT_NULL; entry++) {
        const void *where = address(symbols, entry->d_un.d_ptr);
        switch ((uint32_t)entry->d_tag) {
        case DT_SYMTAB:
            symbols->table = where;
            break;
        case DT_STRTAB:
            symbols->texts = where;
            break;
        case DT_HASH:
            symbols->old_hash = where;
            break;
        case TAG_GNU_HASH:
            symbols->gnu_hash = where;
            break;
        case TAG_VERSYM:
            symbols->versions = where;
            break;
        default:
            break;
        }
    }
    return symbols->table && symbols->texts && (symbols->gnu_hash || symbols->old_hash);
}

static bool is_it(const struct symbols *symbols, uint32_t index, const char *name) {
    const ELF_TYPE(Sym) *symbol = &symbols->table[index];
    unsigned type = symbol->st_info & 15;
    return symbol->st_shndx != SHN_UNDEF && symbol->st_value != 0 && (type == TYPE_FUNCTION || type == TYPE_CHOSEN) &&
           !(symbols->versions && (symbols->versions[index] & VERSION_HIDDEN)) &&
           same_text(symbols->texts + symbol->st_name, name);
}

static uint32_t remainder_of(uint32_t number, uint32_t divisor) {
#ifdef __arm__
    /* Not every processor divides, and the compiler's own way to do so is in a library. */
    uint32_t rest = 0;
    for (int bit = 31; bit >= 0; bit--) {
        rest = rest << 1 | (number >> bit & 1);
        rest -= rest >= divisor ? divisor : 0;
    }
    return rest;
#else
    return number % divisor;
#endif
}

static uint32_t search_gnu(const struct symbols *symbols, const char *name) {
    const uint32_t *table = symbols->gnu_hash;
    uint32_t bucket_count = table[0];
    uint32_t first = table[1];
    uint32_t filter_words = table[2];
    uint32_t shift = table[3];
    const ELF_TYPE(Addr) *filter = (const void *)(table + 4);
    const uint32_t *buckets = (const void *)(filter + filter_words);
    const uint32_t *chain = buckets + bucket_count;
    enum { BITS = 8 * sizeof *filter };
    uint32_t hash = 5381;
    for (const char *at = name; *at; at++) {
        hash = hash * 33 + (uint8_t)*at;
    }
    ELF_TYPE(Addr) word = filter[hash / BITS & (filter_words - 1)];
    if (!(word >> (hash % BITS) & word >> ((hash >> shift) % BITS) & 1) || bucket_count == 0) {
        return 0;
    }
    uint32_t index = buckets[remainder_of(hash, bucket_count)];
    for (; index >= first; index++) {
        uint32_t found = chain[index - first];
        if ((found | 1) == (hash | 1) && is_it(symbols, index, name)) {
            return index;
        }
        if (found & 1) {
            break;
        }
    }
    return 0;
}

static uint32_t search_old(const struct symbols *symbols, const char *name) {
    const uint32_t *buckets = symbols->old_hash + 2;
    const uint32_t *chain = buckets + symbols->old_hash[0];
    uint32_t hash = 0;
    for (const char *at = name; *at; at++) {
        hash = (hash << 4) + (uint8_t)*at;
        hash = (hash ^ (hash >> 24 & 0xf0)) & 0x0fffffff;
    }
    uint32_t index = symbols->old_hash[0] > 0 ? buckets[remainder_of(hash, symbols->old_hash[0])] : 0;
    while (index != 0 && !is_it(symbols, index, name)) {
        index = chain[index];
    }
    return index;
}

void *find_symbol(const struct symbols *symbols, const char *name) {
    uint32_t index = symbols->gnu_hash ? search_gnu(symbols, name) : search_old(symbols, name);
    if (index == 0) {
        return NULL;
    }
    uintptr_t found = symbols->base + symbols->table[index].st_value;
    if ((symbols->table[index].st_info & 15) == TYPE_CHOSEN) {
        /* On x86 the choice takes no argument; elsewhere what the processor can do, in one of two forms, of which the
         * first is in both. */
        uintptr_t (*choose)(unsigned long) = (uintptr_t(*)(unsigned long))found;
        found = choose(getauxval ? getauxval(AT_HWCAP) : 0);
    }
    return (void *)found;
}
