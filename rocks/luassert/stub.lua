return require("busted.portable.shared").stub
