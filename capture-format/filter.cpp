#include "capture-format/filter.hpp"

#include "capture-format/filter/term.hpp"
#include "capture-format/layout/chunk_header.hpp"

#include <algorithm>
#include <utility>
#include <vector>

namespace understudy::capture {

struct Filter::Terms {
  std::vector<FilterTerm> all;
};

Outcome<Filter> Filter::parse(std::span<const std::string> expressions) {
  auto terms = std::make_shared<Terms>();
  for (std::string_view rest : expressions) {
    while (true) {
      rest.remove_prefix(std::min(rest.find_first_not_of(" \t"), rest.size()));
      if (rest.empty()) break;
      const auto text = rest.substr(0, rest.find_first_of(" \t"));
      rest.remove_prefix(text.size());
      auto term = parse_filter_term(text);
      if (!term) return term.error();
      terms->all.push_back(*std::move(term));
    }
  }
  return Filter(std::move(terms));
}

bool Filter::may_match(const ChunkHeader& chunk) const noexcept {
  return std::all_of(terms_->all.begin(), terms_->all.end(),
                     [&chunk](const FilterTerm& term) { return may_hold(term, chunk); });
}

StatusQuota Filter::quota(const ChunkHeader& chunk) const noexcept {
  StatusQuota quota;
  quota.classes = (1u << kStatusClasses) - 1;
  for (const auto& term : terms_->all) quota.classes &= status_classes(term);
  for (std::size_t at = 0; at < kStatusClasses; ++at)
    if ((quota.classes >> at & 1) != 0) quota.exchanges += chunk.status_class[at];
  return quota;
}

bool Filter::matches(const ExchangeView& exchange) const {
  return std::all_of(terms_->all.begin(), terms_->all.end(),
                     [&exchange](const FilterTerm& term) { return holds(term, exchange); });
}

}  // namespace understudy::capture
