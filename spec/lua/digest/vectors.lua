--- Published digests, for the specs of everything that computes them.
--
-- Messages: the empty one, "abc", the two of FIPS 180-2's appendices, and a million times "a". MD5's and SHA-224's of
-- the longer ones, and `lengths`, were computed by another implementation (Python's hashlib).
local vectors = {}

vectors.messages = {
  "",
  "abc",
  "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
  "abcdefghbcdefghicdefghijdefghijkefghijklfghijklmghijklmnhijklmnoijklmnopjklmnopqklmnopqrlmnopqrsmnopqrstnopqrstu",
}

vectors.digests = {
  md5 = {
    "d41d8cd98f00b204e9800998ecf8427e",
    "900150983cd24fb0d6963f7d28e17f72",
    "8215ef0796a20bcaaae116d3876c664a",
    "03dd8807a93175fb062dfb55dc7d359c",
    million = "7707d6ae4e027c70eea2a935c2296f21",
    lengths = "b88b7640b9c25111663c16086f466840",
  },
  sha1 = {
    "da39a3ee5e6b4b0d3255bfef95601890afd80709",
    "a9993e364706816aba3e25717850c26c9cd0d89d",
    "84983e441c3bd26ebaae4aa1f95129e5e54670f1",
    "a49b2446a02c645bf419f995b67091253a04a259",
    million = "34aa973cd4c4daa4f61eeb2bdbad27316534016f",
    lengths = "d42d0d2690968d269408317432b058e873d9e2f1",
  },
  sha224 = {
    "d14a028c2a3a2bc9476102bb288234c415a2b01f828ea62ac5b3e42f",
    "23097d223405d8228642a477bda255b32aadbce4bda0b3f7e36c9da7",
    "75388b16512776cc5dba5da1fd890150b0c6455cb4f58b1952522525",
    "c97ca9a559850ce97a04a96def6d99a9e0e0e2ab14e6b8df265fc0b3",
    million = "20794655980c91d8bbb4c1ea97618a4bf03f42581948b2ee4ee7ad67",
    lengths = "857fe07d82f20a3edefd84fcc150a49e72562bcd0bc2c7d877ff8f9d",
  },
  sha256 = {
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
    "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1",
    "cf5b16a778af8380036ce59e7b0492370b249b11e8f07a51afac45037afee9d1",
    million = "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0",
    lengths = "a1b8486e8d37ca2485435e598dc30ee31093ff30386b2e0d799f24077563d4c3",
  },
  sha384 = {
    "38b060a751ac96384cd9327eb1b1e36a21fdb71114be07434c0cc7bf63f6e1da274edebfe76f65fbd51ad2f14898b95b",
    "cb00753f45a35e8bb5a03d699ac65007272c32ab0eded1631a8b605a43ff5bed8086072ba1e7cc2358baeca134c825a7",
    "3391fdddfc8dc7393707a65b1b4709397cf8b1d162af05abfe8f450de5f36bc6b0455a8520bc4e6f5fe95b1fe3c8452b",
    "09330c33f71147e83d192fc782cd1b4753111b173b3b05d22fa08086e3b0f712fcc7c71a557e2db966c3e9fa91746039",
    million = "9d0e1809716474cb086e834e310a4a1ced149e9c00f248527972cec5704c2a5b07b8b3dc38ecc4ebae97ddd87f3d8985",
    lengths = "4f7f68f1e37e0976b6f001d68468e9482210584071f64a78b59b7647a3ee7ed045edb3f8350cd79685e25c0b6908318b",
  },
  sha512 = {
    "cf83e1357eefb8bdf1542850d66d8007d620e4050b5715dc83f4a921d36ce9ce"
      .. "47d0d13c5d85f2b0ff8318d2877eec2f63b931bd47417a81a538327af927da3e",
    "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a"
      .. "2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f",
    "204a8fc6dda82f0a0ced7beb8e08a41657c16ef468b228a8279be331a703c335"
      .. "96fd15c13b1b07f9aa1d3bea57789ca031ad85c7a71dd70354ec631238ca3445",
    "8e959b75dae313da8cf4f72814fc143f8f7779c6eb9f7fa17299aeadb6889018"
      .. "501d289e4900f7e4331b99dec4b5433ac7d329eeb6dd26545e96e55b874be909",
    million = "e718483d0ce769644e2e42c7bc15b4638e1f98b13b2044285632a803afa973eb"
      .. "de0ff244877ea60a4cb0432ce577c31beb009c5c2c49aa2e4eadb217ad8cc09b",
    lengths = "f15550d3c06429192477bd7ac6e6bd052c5ca8eb24a586637ff23de89be25058"
      .. "6444fe80c1922951a4d117ee194296bc522baa30fd2038428bd1a2d36b2c3a89",
  },
}

--- The message of a length from 0 to 200, whose byte i (from 1 on) is (7 i + length) mod 256. `lengths` above is the
-- digest of the digests of all 201 of them, one after the other.
function vectors.message(length)
  local bytes = {}
  for i = 1, length do bytes[i] = string.char((7 * i + length) % 256) end
  return table.concat(bytes)
end

return vectors
