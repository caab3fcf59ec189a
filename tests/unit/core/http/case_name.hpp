// How the cases of the conformance tables are called in the list of tests.
#pragma once

namespace understudy::http {

inline constexpr auto kNameOfCase = [](const auto& test) { return test.param.name; };

}  // namespace understudy::http
