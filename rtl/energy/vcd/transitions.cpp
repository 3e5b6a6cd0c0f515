// SPDX-License-Identifier: Apache-2.0 WITH SHL-2.1
// transitions.cpp - how often each scalar of a value change dump (IEEE 1364, VCD) changes between 0 and 1.
//
//   transitions FROM < VCD   from the moment FROM on, in units of the dump; a line `name changes` for each that changes
//
// Exit 1, nothing on standard output: no whole dump, or a value that is not 0 or 1 from FROM on. Vectors are passed over.
#include <cinttypes>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <unordered_map>
#include <vector>

namespace {

struct scalar {
    std::string name;
    char value = 'x';
    uint64_t changes = 0;
};

/* Words of a text between blanks, as they come; read in large pieces, a dump is gigabytes. */
class words {
  public:
    explicit words(FILE *f) : file(f), buffer(1 << 20)
    {
    }

    /* The next word, its end marked; null at the end. Valid until the next call. */
    const char *next()
    {
        word.clear();
        for (;; at++) {
            if (at == end && !more()) break;
            const char c = buffer[at];
            if (c > ' ')
                word += c;
            else if (!word.empty())
                break;
        }
        return word.empty() ? nullptr : word.c_str();
    }

    size_t length() const
    {
        return word.size();
    }

  private:
    bool more()
    {
        at = 0;
        end = fread(buffer.data(), 1, buffer.size(), file);
        return end > 0;
    }

    FILE *file;
    std::vector<char> buffer;
    size_t at = 0, end = 0;
    std::string word;
};

/* A code of printable letters as a number: codes of dumps are short and dense. */
uint64_t number(const char *code)
{
    uint64_t n = 0;
    for (; *code; code++) n = n * 95 + uint64_t(*code - ' ');
    return n;
}

class dump {
  public:
    /* Empty, or what is wrong. */
    std::string read(words &in, uint64_t from)
    {
        bool defined = false;
        uint64_t now = 0;
        for (const char *w; (w = in.next());) {
            if (*w == '$') {
                defined = defined || !strcmp(w, "$enddefinitions");
                if (!strcmp(w, "$var")) declare(in);
                if (!strcmp(w, "$comment") || !strcmp(w, "$scope") || !strcmp(w, "$timescale"))
                    while ((w = in.next()) && strcmp(w, "$end")) {}
            } else if (*w == '#') {
                now = strtoull(w + 1, nullptr, 10);
            } else if (strchr("bBrR", *w)) {
                in.next();
            } else if (defined && strchr("01xXzZ", *w)) {
                const auto s = place.find(number(w + 1));
                if (s == place.end()) continue;
                if (now >= from && !count(all[s->second], *w))
                    return all[s->second].name + " is " + *w;
                all[s->second].value = *w;
            }
        }
        return defined ? "" : "no whole dump";
    }

    void report() const
    {
        for (const auto &s : all)
            if (s.changes) printf("%s %" PRIu64 "\n", s.name.c_str(), s.changes);
    }

  private:
    std::vector<scalar> all;
    std::unordered_map<uint64_t, size_t> place;

    void declare(words &in)
    {
        std::string text[4]; /* kind, bits, code, name */
        for (auto &t : text) {
            const char *w = in.next();
            if (!w) return;
            t = w;
        }
        if (text[1] == "1" && place.emplace(number(text[2].c_str()), all.size()).second)
            all.push_back({text[3]});
    }

    static bool count(scalar &s, char v)
    {
        s.changes += s.value != v;
        return (v == '0' || v == '1') && (s.value == '0' || s.value == '1');
    }
};

} // namespace

int main(int argc, char **argv)
{
    if (argc != 2) {
        fprintf(stderr, "usage: transitions FROM < VCD\n");
        return 2;
    }
    words in(stdin);
    dump d;
    const std::string said = d.read(in, strtoull(argv[1], nullptr, 10));
    if (!said.empty()) {
        fprintf(stderr, "dump: %s\n", said.c_str());
        return 1;
    }
    d.report();
    return 0;
}
