--- MD5 in Lua (RFC 1321). Broken as a signature; files and protocols name it still.
-- @module digest.pure.md5
local unrolled = require "digest.pure.unrolled"

-- Section 3.4: each round of 16 steps has a function, an order of the words (start, step), and four rotations.
-- The functions are written with one operation less than the RFC's.
local ROUNDS = {
  { mix = "(d ~ b & (c ~ d))", start = 0, step = 1, rotations = { 7, 12, 17, 22 } },
  { mix = "(c ~ d & (b ~ c))", start = 1, step = 5, rotations = { 5, 9, 14, 20 } },
  { mix = "(b ~ c ~ d)", start = 5, step = 3, rotations = { 4, 11, 16, 23 } },
  { mix = "(c ~ (b | ~d))", start = 0, step = 7, rotations = { 6, 10, 15, 21 } },
}

local function compile()
  local out = unrolled.new { words = 4, unpack = "<" .. ("I4"):rep(16), block = 64 }
  for step = 0, 63 do
    local round = ROUNDS[step // 16 + 1]
    -- a is clean of what passed 32 bits only where it is rotated: twice itself, shifted right.
    out:line("a = b + ((a + MIX + WORD + SINE & 0xffffffff) * 0x100000001 >> RIGHT)", {
      MIX = round.mix,
      WORD = "w" .. (round.start + round.step * step) % 16 + 1,
      SINE = ("0x%x"):format(math.floor(math.abs(math.sin(step + 1)) * 2.0 ^ 32)),
      RIGHT = 32 - round.rotations[step % 4 + 1],
    })
    out:rotate()
  end
  return out:compile("& 0xffffffff")
end

return {
  md5 = {
    block = 64,
    length = "<I8",                    -- the number of bits, as it is written behind the data
    length_size = 8,
    output = "<I4I4I4I4",
    start = { 0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476 },
    compile = compile,
  },
}
