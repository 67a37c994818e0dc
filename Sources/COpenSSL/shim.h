#pragma once
#define OPENSSL_SUPPRESS_DEPRECATED
#include <openssl/evp.h>
#include <openssl/sha.h>
#include <openssl/rand.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <stddef.h>

// SHA-256 of a prefix byte (when prefix >= 0) and bytes, without EVP's dispatch: that costs
// 50 ns a hash, half of what the hash of a tree's node takes. It is the same code underneath. The
// functions are deprecated since OpenSSL 3.0 in favour of EVP and still there in all of 3.x.
static inline void headroom_sha256(int prefix, const void *bytes, size_t count, void *digest) {
  SHA256_CTX context;
  SHA256_Init(&context);
  if (prefix >= 0) {
    unsigned char byte = (unsigned char)prefix;
    SHA256_Update(&context, &byte, 1);
  }
  if (count > 0) SHA256_Update(&context, bytes, count);
  SHA256_Final((unsigned char *)digest, &context);
}

// Asks the processor to bring the line at `place` near; it goes on meanwhile and changes nothing.
static inline void headroom_prefetch(const void *place) { __builtin_prefetch(place); }
