#pragma once
#define OPENSSL_SUPPRESS_DEPRECATED
#include <openssl/evp.h>
#include <openssl/sha.h>
#include <openssl/rand.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>

// Bytes of a message that are padded here, so that libcrypto is given whole blocks only.
#define HEADROOM_SHA256_SHORT 1024
// Room for such a message, its end mark and its length.
#define HEADROOM_SHA256_ROOM (HEADROOM_SHA256_SHORT + 128)

static inline void headroom_sha256_words(const SHA256_CTX *context, void *digest) {
  unsigned char *place = (unsigned char *)digest;
  for (int word = 0; word < 8; word++) {
    SHA_LONG value = context->h[word];
    for (int byte = 0; byte < 4; byte++) *place++ = (unsigned char)(value >> (24 - 8 * byte));
  }
}

// SHA-256 of the first `count` bytes, at most HEADROOM_SHA256_SHORT, of a buffer of
// HEADROOM_SHA256_ROOM bytes. The message is padded where it lies, as FIPS 180-4, 5.1.1 says.
static inline void headroom_sha256_in_place(unsigned char *message, size_t count, void *digest) {
  SHA256_CTX context;
  size_t end = (count + 8) / 64 * 64 + 64;
  uint64_t bits = (uint64_t)count * 8;
  message[count] = 0x80;
  memset(message + count + 1, 0, end - count - 9);
  for (int byte = 0; byte < 8; byte++)
    message[end - 8 + byte] = (unsigned char)(bits >> (56 - 8 * byte));
  SHA256_Init(&context);
  SHA256_Update(&context, message, end);
  headroom_sha256_words(&context, digest);
}

// SHA-256 of a prefix byte (when prefix >= 0) and bytes, without EVP's dispatch: that costs
// 50 ns a hash, half of what the hash of a tree's node takes. Short messages are padded here, which
// saves the two calls for the beginning and the end of each. It is the same code underneath. The
// functions are deprecated since OpenSSL 3.0 in favour of EVP and still there in all of 3.x.
static inline void headroom_sha256(int prefix, const void *bytes, size_t count, void *digest) {
  size_t before = prefix >= 0 ? 1 : 0;
  unsigned char byte = (unsigned char)prefix;
  if (count < HEADROOM_SHA256_SHORT) {
    unsigned char message[HEADROOM_SHA256_ROOM];
    message[0] = byte;
    if (count > 0) memcpy(message + before, bytes, count);
    headroom_sha256_in_place(message, before + count, digest);
    return;
  }
  SHA256_CTX context;
  SHA256_Init(&context);
  if (before > 0) SHA256_Update(&context, &byte, 1);
  SHA256_Update(&context, bytes, count);
  SHA256_Final((unsigned char *)digest, &context);
}

// Asks the processor to bring the line at `place` near; it goes on meanwhile and changes nothing.
static inline void headroom_prefetch(const void *place) { __builtin_prefetch(place); }

// Asks for large pages for whatever of these bytes fills whole ones. A hint: without them, and
// where the system has none, everything works as before.
static inline void headroom_want_large_pages(const void *start, size_t count) {
#ifdef MADV_HUGEPAGE
  const uintptr_t page = 4096;
  uintptr_t first = ((uintptr_t)start + page - 1) & ~(page - 1);
  uintptr_t end = ((uintptr_t)start + count) & ~(page - 1);
  if (end > first + (2u << 20)) madvise((void *)first, end - first, MADV_HUGEPAGE);
#else
  (void)start;
  (void)count;
#endif
}
