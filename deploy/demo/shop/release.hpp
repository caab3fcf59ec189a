// The two releases of the shop. Everything that version 2 does differently is listed here and in
// regressions.json.
#pragma once

#include <chrono>

namespace understudy::demo {

/// Version 1 has none of these; version 2 has all of them. Nothing else may depend on the version.
struct Regressions {
  bool tax_rounded_down = false;       ///< GET /products/{id}: price_with_tax is cut instead of rounded
  bool product_count_missing = false;  ///< GET /categories: each category lacks product_count
  bool search_total_is_text = false;   ///< GET /search: total is a string
  bool unknown_reviews_fail =
      false;                    ///< GET /products/{id}/reviews of an unknown product: 500 instead of 404
  bool last_item_lost = false;  ///< GET /products: every page lacks its last item
  bool recommendations_slow =
      false;  ///< GET /recommendations: slower by kSlowerBy to kSlowerBy + kSlowerSpread
};

inline constexpr std::chrono::milliseconds kSlowerBy{60};
inline constexpr std::chrono::milliseconds kSlowerSpread{20};

constexpr Regressions regressions_of(int version) {
  if (version < 2) return {};
  return {.tax_rounded_down = true,
          .product_count_missing = true,
          .search_total_is_text = true,
          .unknown_reviews_fail = true,
          .last_item_lost = true,
          .recommendations_slow = true};
}

}  // namespace understudy::demo
