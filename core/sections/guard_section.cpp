#include "core/sections/sections.hpp"

#include <utility>

#include <fmt/format.h>

namespace understudy::sections {
namespace {

std::vector<std::string> read_texts(const config::Node& list) {
  std::vector<std::string> texts;
  for (const auto& item : list.items()) texts.push_back(item.text());
  return texts;
}

void read_conditions(const config::Node& node, guard::Rule& rule) {
  if (const auto methods = node.member("methods")) rule.methods = read_texts(*methods);
  if (const auto paths = node.member("paths")) rule.paths = read_texts(*paths);
  node.finish();
  for (const auto& path : rule.paths)
    if (path.empty() || (path.front() != '/' && path.front() != '*'))
      node.fail(fmt::format("path glob '{}' must begin with '/' or '*'", path));
  // "allow: {}" would let every write through; whoever wants that has to write it out.
  if (rule.action == guard::Rule::Action::allow && rule.methods.empty() && rule.paths.empty())
    node.fail("an allow rule must state methods or paths");
}

guard::Rule read_rule(const config::Node& node) {
  using Action = guard::Rule::Action;
  constexpr std::pair<std::string_view, Action> kActions[] = {
      {"allow", Action::allow}, {"record_only", Action::record_only}, {"deny", Action::deny}};
  guard::Rule rule;
  int actions = 0;
  for (const auto& [name, action] : kActions) {
    const auto conditions = node.member(name);
    if (!conditions) continue;
    ++actions;
    rule.action = action;
    read_conditions(*conditions, rule);
  }
  if (actions != 1) node.fail("a rule needs exactly one of allow, record_only, deny");
  node.read("name", rule.name, &config::Node::text);
  node.finish();
  return rule;
}

}  // namespace

guard::Options read_guard(const config::Node& node) {
  guard::Options options;
  if (const auto rules = node.member("rules"))
    for (const auto& rule : rules->items()) options.rules.push_back(read_rule(rule));
  if (const auto paths = node.member("side_effect_paths")) {
    const auto choice = paths->text();
    options.deny_side_effect_paths = choice != "allow";
    if (choice != "allow" && choice != "deny") paths->fail("needs deny or allow");
  }
  node.finish();
  return options;
}

Outcome<guard::Options> load_guard_file(const std::string& path) {
  auto document = config::Node::load_file(path);
  if (!document) return document.error();
  const auto& root = *document;
  const auto section = root.member("guard");
  auto options = read_guard(section.value_or(root));
  if (section) root.finish();
  if (auto error = root.error()) return *std::move(error);
  return options;
}

}  // namespace understudy::sections
