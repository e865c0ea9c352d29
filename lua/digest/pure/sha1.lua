--- SHA-1 in Lua (FIPS 180-4, RFC 3174). Broken as a signature; git and protocols name it still.
-- @module digest.pure.sha1
local unrolled = require "digest.pure.unrolled"

-- Section 4.1.1 and 4.2.1 of FIPS 180-4: each 20 steps have a function and a constant.
local ROUNDS = {
  { mix = "(d ~ b & (c ~ d))", constant = "0x5a827999" },
  { mix = "(b ~ c ~ d)", constant = "0x6ed9eba1" },
  { mix = "(b & c | d & (b | c))", constant = "0x8f1bbcdc" },
  { mix = "(b ~ c ~ d)", constant = "0xca62c1d6" },
}

-- The word `back` words before that of `step`, of which the last 16 are kept.
local function word(step, back) return "w" .. (step - back) % 16 + 1 end

-- a and b hold their 32 bits twice, so that a shift right is a rotation; the others may hold anything above theirs.
local PREPARE = "    a, b = a * 0x100000001, b * 0x100000001"

local function compile()
  local out = unrolled.new { words = 5, unpack = ">" .. ("I4"):rep(16), block = 64, prepare = PREPARE }
  for step = 0, 79 do
    local round = ROUNDS[step // 20 + 1]
    if step >= 16 then
      out:line("W = (W ~ W14 ~ W8 ~ W3) * 0x100000001 >> 31 & 0xffffffff",
        { W = word(step, 0), W14 = word(step, 14), W8 = word(step, 8), W3 = word(step, 3) })
    end
    out:line("e = ((a >> 27) + MIX + e + K + W & 0xffffffff) * 0x100000001; b = b >> 2",
      { MIX = round.mix, K = round.constant, W = word(step, 0) })
    out:rotate()
  end
  return out:compile("& 0xffffffff")
end

return {
  sha1 = {
    block = 64,
    length = ">I8",
    length_size = 8,
    output = ">I4I4I4I4I4",
    start = { 0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476, 0xc3d2e1f0 },
    compile = compile,
  },
}
