--- SHA-224 and SHA-256 in Lua (FIPS 180-4, RFC 6234).
-- @module digest.pure.sha256
local unrolled = require "digest.pure.unrolled"

-- Section 4.2.2 of FIPS 180-4: the first 32 bits of the fractions of the cube roots of the first 64 primes.
local K = {
  0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
  0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
  0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
  0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
  0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
  0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
  0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
  0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2,
}

-- The words a and e hold their 32 bits twice, so that a shift right is a rotation. The words that they become
-- do so too, but what stands above the 32 bits of a sum says nothing. t holds b ~ c: that of the next step is a ~ b.
local PREPARE = [[
    a, b, c, d = a * 0x100000001, b * 0x100000001, c * 0x100000001, d * 0x100000001
    e, f, g, h = e * 0x100000001, f * 0x100000001, g * 0x100000001, h * 0x100000001
    local t, u, v, x = b ~ c
]]

local function word(step, back) return "w" .. (step - back) % 16 + 1 end

local function compile()
  local out = unrolled.new { words = 8, unpack = ">" .. ("I4"):rep(16), block = 64, prepare = PREPARE }
  for step = 0, 63 do
    local w, turn = word(step, 0), step % 2 == 0 and { T = "t", U = "u" } or { T = "u", U = "t" }
    if step >= 16 then
      out:line("v, x = W15 * 0x100000001, W2 * 0x100000001; "
        .. "W = W + W7 + (v >> 7 ~ v >> 18 ~ W15 >> 3) + (x >> 17 ~ x >> 19 ~ W2 >> 10) & 0xffffffff", {
        W = w, W7 = word(step, 7), W15 = word(step, 15), W2 = word(step, 2),
      })
    end
    out:line("h = h + (e >> 6 ~ e >> 11 ~ e >> 25) + (g ~ e & (f ~ g)) + K + W", { K = ("0x%x"):format(K[step + 1]), W = w })
    out:line("d = (d + h & 0xffffffff) * 0x100000001")
    out:line("U = a ~ b; h = (h + (a >> 2 ~ a >> 13 ~ a >> 22) + (U & T ~ b) & 0xffffffff) * 0x100000001", turn)
    out:rotate()
  end
  return out:compile("& 0xffffffff")
end

return {
  sha224 = {
    block = 64,
    length = ">I8",
    length_size = 8,
    output = ">I4I4I4I4I4I4I4",                   -- the last word is left out
    start = {
      0xc1059ed8, 0x367cd507, 0x3070dd17, 0xf70e5939, 0xffc00b31, 0x68581511, 0x64f98fa7, 0xbefa4fa4,
    },
    compile = compile,
  },
  sha256 = {
    block = 64,
    length = ">I8",
    length_size = 8,
    output = ">I4I4I4I4I4I4I4I4",
    start = {
      0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19,
    },
    compile = compile,
  },
}
