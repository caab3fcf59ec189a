// Finds payment card numbers: 12 to 19 digits, known issuer prefix of fitting length, valid Luhn digit.
#pragma once

#include "core/scrub/detectors/finding.hpp"

#include <string_view>
#include <vector>

namespace understudy::scrub {

/// Whether `digits` (ASCII digits only) can be a card number. `named`: the key says so, and any prefix will
/// do.
bool is_card_number(std::string_view digits, bool named) noexcept;

/// Whether enough digits for a card stand together, separators aside: a quick look before the thorough one.
bool has_card_run(std::string_view text) noexcept;

/// Appends every card number in `text`, in order; they may overlap. Digits may be grouped by one or two of
/// space, tab, CR, LF, '-' and '.'; only a digit next to it disqualifies a candidate, letters and '_' do not.
void find_cards(std::string_view text, bool named, std::vector<CardFinding>& found);

}  // namespace understudy::scrub
