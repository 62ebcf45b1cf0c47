// Judge llama-server's words with llama.cpp's own parser. Reads one command a line, words separated by tabs, and
// prints 1 or 0 and what the parser said. Built by llama_judge.py against a build of llama.cpp.
#include <iostream>
#include <sstream>
#include <string>
#include <vector>

#include "arg.h"
#include "common.h"

int main() {
    std::string line;
    while (std::getline(std::cin, line)) {
        std::vector<std::string> words;
        std::stringstream stream(line);
        for (std::string word; std::getline(stream, word, '\t');) words.push_back(word);
        std::vector<char *> argv;
        for (auto & word : words) argv.push_back(word.data());
        common_params params;
        const bool accepted =
            common_params_parse((int) argv.size(), argv.data(), params, LLAMA_EXAMPLE_SERVER);
        std::cout << (accepted ? 1 : 0) << std::endl;
    }
}
