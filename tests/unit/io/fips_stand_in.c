// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A provider for libcrypto that stands in for a FIPS module: SHA-1 and SHA-256
 * with the property fips=yes, and nothing else. Debian 12 packages no FIPS
 * module. See provider-digest(7).
 */
#define OPENSSL_SUPPRESS_DEPRECATED
#include <openssl/core_dispatch.h>
#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/params.h>
#include <openssl/sha.h>

/* Dispatch tables hold functions of all types as one. */
#define ENTRY(id, function) { id, (void (*)(void))(function) }

static int get_params(OSSL_PARAM params[], size_t block, size_t size)
{
	OSSL_PARAM *param;

	param = OSSL_PARAM_locate(params, OSSL_DIGEST_PARAM_BLOCK_SIZE);
	if (param && !OSSL_PARAM_set_size_t(param, block))
		return 0;
	param = OSSL_PARAM_locate(params, OSSL_DIGEST_PARAM_SIZE);
	return !param || OSSL_PARAM_set_size_t(param, size);
}

static void free_context(void *context)
{
	OPENSSL_free(context);
}

static void *sha1_new(void *provider)
{
	(void)provider;
	return OPENSSL_zalloc(sizeof(SHA_CTX));
}

static int sha1_init(void *context, const OSSL_PARAM params[])
{
	(void)params;
	return SHA1_Init(context);
}

static int sha1_final(void *context, unsigned char *out, size_t *length,
		      size_t size)
{
	*length = SHA_DIGEST_LENGTH;
	return size >= SHA_DIGEST_LENGTH && SHA1_Final(out, context);
}

static int sha1_get_params(OSSL_PARAM params[])
{
	return get_params(params, SHA_CBLOCK, SHA_DIGEST_LENGTH);
}

static void *sha256_new(void *provider)
{
	(void)provider;
	return OPENSSL_zalloc(sizeof(SHA256_CTX));
}

static int sha256_init(void *context, const OSSL_PARAM params[])
{
	(void)params;
	return SHA256_Init(context);
}

static int sha256_final(void *context, unsigned char *out, size_t *length,
			size_t size)
{
	*length = SHA256_DIGEST_LENGTH;
	return size >= SHA256_DIGEST_LENGTH && SHA256_Final(out, context);
}

static int sha256_get_params(OSSL_PARAM params[])
{
	return get_params(params, SHA256_CBLOCK, SHA256_DIGEST_LENGTH);
}

static const OSSL_DISPATCH sha1[] = {
	ENTRY(OSSL_FUNC_DIGEST_NEWCTX, sha1_new),
	ENTRY(OSSL_FUNC_DIGEST_FREECTX, free_context),
	ENTRY(OSSL_FUNC_DIGEST_INIT, sha1_init),
	ENTRY(OSSL_FUNC_DIGEST_UPDATE, SHA1_Update),
	ENTRY(OSSL_FUNC_DIGEST_FINAL, sha1_final),
	ENTRY(OSSL_FUNC_DIGEST_GET_PARAMS, sha1_get_params),
	{ 0, NULL },
};

static const OSSL_DISPATCH sha256[] = {
	ENTRY(OSSL_FUNC_DIGEST_NEWCTX, sha256_new),
	ENTRY(OSSL_FUNC_DIGEST_FREECTX, free_context),
	ENTRY(OSSL_FUNC_DIGEST_INIT, sha256_init),
	ENTRY(OSSL_FUNC_DIGEST_UPDATE, SHA256_Update),
	ENTRY(OSSL_FUNC_DIGEST_FINAL, sha256_final),
	ENTRY(OSSL_FUNC_DIGEST_GET_PARAMS, sha256_get_params),
	{ 0, NULL },
};

static const OSSL_ALGORITHM digests[] = {
	{ "SHA1:SHA-1", "provider=stand_in,fips=yes", sha1, NULL },
	{ "SHA2-256:SHA256", "provider=stand_in,fips=yes", sha256, NULL },
	{ NULL, NULL, NULL, NULL },
};

static const OSSL_ALGORITHM *query(void *provider, int operation,
				   int *no_cache)
{
	(void)provider;
	*no_cache = 0;
	return operation == OSSL_OP_DIGEST ? digests : NULL;
}

static const OSSL_DISPATCH provider_functions[] = {
	ENTRY(OSSL_FUNC_PROVIDER_QUERY_OPERATION, query),
	{ 0, NULL },
};

int OSSL_provider_init(const OSSL_CORE_HANDLE *handle,
		       const OSSL_DISPATCH *core, const OSSL_DISPATCH **functions,
		       void **context)
{
	(void)core;
	*functions = provider_functions;
	*context = (void *)handle;
	return 1;
}
