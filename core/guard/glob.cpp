// Path globs: '*' within a segment, '**' over segments.
#include "core/guard/guard.hpp"

namespace understudy::guard {
namespace {

/// Where a failed match may resume: just after a star, with the star eating one byte more.
struct Resume {
  std::size_t glob = std::string_view::npos;
  std::size_t path = 0;
  bool possible() const noexcept { return glob != std::string_view::npos; }
};

}  // namespace

// Two resume points make this linear in glob × path: the newest '*' is tried first, then the newest '**'. An
// older star never needs another try, because the newer one can eat whatever it could.
bool glob_matches(std::string_view glob, std::string_view path) noexcept {
  std::size_t g = 0;
  std::size_t p = 0;
  Resume star;
  Resume double_star;
  for (;;) {
    if (g + 1 < glob.size() && glob[g] == '*' && glob[g + 1] == '*') {
      while (g < glob.size() && glob[g] == '*') ++g;
      double_star = {g, p};
      star = {};
      continue;
    }
    if (g < glob.size() && glob[g] == '*') {
      star = {++g, p};
      continue;
    }
    if (p == path.size() && g == glob.size()) return true;
    // "/**" after a segment also stands for nothing: "/a/**" matches "/a".
    if (p == path.size() && glob.substr(g) == "/**") return true;
    if (p < path.size() && g < glob.size() && glob[g] == path[p]) {
      ++g;
      ++p;
    } else if (star.possible() && star.path < path.size() && path[star.path] != '/') {
      p = ++star.path;
      g = star.glob;
    } else if (double_star.possible() && double_star.path < path.size()) {
      p = ++double_star.path;
      g = double_star.glob;
      star = {};
    } else {
      return false;
    }
  }
}

}  // namespace understudy::guard
