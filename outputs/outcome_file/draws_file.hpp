#pragma once

#include <string>

#include "models/specs/parameter_draws.hpp"

namespace rehearse {

/// Where the draws of a model's numbers stand: shop.model.draws.h5 beside shop.model.toml.
std::string draws_path(const std::string& model_path);

/// The bytes of a file of draws, with a checksum: HDF5 with `paths` [number], `learned` [number]
/// and `values` [draw, number].
std::string draws_file_image(const ParameterDraws& draws);

/// Reads what was written so. Throws InvalidInput where the file is no such file, or is damaged.
/// Expects that there is one.
ParameterDraws read_draws_file(const std::string& path);

}  // namespace rehearse
