using System.Buffers;
using System.Text;

namespace LoraFaaS.Checkpoints.Tokenization.Normalization;

/// <summary>Normalization Form C: canonical decomposition, reordering by combining class, composition (UAX #15, sections 1.3 and 3).</summary>
internal sealed class NfcNormalizer : Normalizer
{
    // Hangul is composed by arithmetic (Unicode 3.12).
    private const int SyllableBase = 0xAC00;
    private const int LeadBase = 0x1100;
    private const int VowelBase = 0x1161;
    private const int TrailBase = 0x11A7;
    private const int Leads = 19;
    private const int Vowels = 21;
    private const int Trails = 28;
    private const int Syllables = Leads * Vowels * Trails;

    /// <summary>Nothing below U+0300 changes or combines by itself: most prompts stop here.</summary>
    private static readonly SearchValues<char> Untouched = SearchValues.Create([.. Enumerable.Range(0, 0x300).Select(c => (char)c)]);

    private readonly CanonicalComposition _tables = CanonicalComposition.Tables;

    public override MarkedRun Normalize(MarkedRun run)
    {
        if (!run.Text.AsSpan().ContainsAnyExcept(Untouched))
        {
            return run;
        }

        var runes = Decompose(run);
        Reorder(runes);
        Compose(runes);
        return ToRun(runes, run.Plain is not null);
    }

    private List<Mark> Decompose(MarkedRun run)
    {
        var runes = new List<Mark>(run.Text.Length);
        var at = 0;
        foreach (var rune in run.Text.EnumerateRunes())
        {
            Decompose(rune.Value, run.IsPlain(at), runes);
            at += rune.Utf16SequenceLength;
        }

        return runes;
    }

    private void Decompose(int rune, bool isPlain, List<Mark> into)
    {
        if (rune - SyllableBase is >= 0 and < Syllables and var index)
        {
            into.Add(new(LeadBase + (index / (Vowels * Trails)), 0, isPlain));
            into.Add(new(VowelBase + (index % (Vowels * Trails) / Trails), 0, isPlain));
            if (index % Trails is > 0 and var trail)
            {
                into.Add(new(TrailBase + trail, 0, isPlain));
            }
        }
        else if (_tables.TryDecompose(rune, out var parts))
        {
            Decompose(parts.First, isPlain, into);
            if (parts.Second != 0)
            {
                Decompose(parts.Second, isPlain, into);
            }
        }
        else
        {
            into.Add(new(rune, _tables.ClassOf(new Rune(rune)), isPlain));
        }
    }

    /// <summary>Sorts each run of non-starters by class, keeping the order of equals; a merge sort, as a hostile text is one long run.</summary>
    private static void Reorder(List<Mark> runes)
    {
        for (var start = 0; start < runes.Count; start++)
        {
            if (runes[start].Class == 0)
            {
                continue;
            }

            var end = start;
            var isSorted = true;
            for (; end < runes.Count && runes[end].Class != 0; end++)
            {
                isSorted &= end == start || runes[end - 1].Class <= runes[end].Class;
            }

            if (!isSorted)
            {
                var sorted = runes[start..end].OrderBy(m => m.Class).ToArray();
                for (var i = 0; i < sorted.Length; i++)
                {
                    runes[start + i] = sorted[i];
                }
            }

            start = end;
        }
    }

    private void Compose(List<Mark> runes)
    {
        var starter = -1;
        var lastClass = 0;
        var write = 0;

        for (var read = 0; read < runes.Count; read++)
        {
            var mark = runes[read];

            // Blocked when something of the same or a higher class, or another starter, lies between.
            var isAdjacent = starter >= 0 && write == starter + 1;
            if (starter >= 0 && (isAdjacent || (lastClass != 0 && lastClass < mark.Class)) && TryCompose(runes[starter].Rune, mark.Rune, out var composed))
            {
                runes[starter] = new(composed, 0, runes[starter].IsPlain || mark.IsPlain);
                continue;
            }

            if (mark.Class == 0)
            {
                starter = write;
            }

            lastClass = mark.Class;
            runes[write++] = mark;
        }

        runes.RemoveRange(write, runes.Count - write);
    }

    private bool TryCompose(int first, int second, out int composed)
    {
        if (first - LeadBase is >= 0 and < Leads and var lead && second - VowelBase is >= 0 and < Vowels and var vowel)
        {
            composed = SyllableBase + (((lead * Vowels) + vowel) * Trails);
            return true;
        }

        if (first - SyllableBase is >= 0 and < Syllables and var syllable && syllable % Trails == 0 && second - TrailBase is > 0 and < Trails and var trail)
        {
            composed = first + trail;
            return true;
        }

        return _tables.TryCompose(first, second, out composed);
    }

    private static MarkedRun ToRun(List<Mark> runes, bool isMarked)
    {
        var text = new StringBuilder(runes.Count);
        var plain = isMarked ? new List<bool>(runes.Count) : null;
        Span<char> chars = stackalloc char[2];

        foreach (var mark in runes)
        {
            var length = new Rune(mark.Rune).EncodeToUtf16(chars);
            text.Append(chars[..length]);
            for (var i = 0; i < length; i++)
            {
                plain?.Add(mark.IsPlain);
            }
        }

        return new MarkedRun(text.ToString(), plain?.ToArray());
    }

    private readonly record struct Mark(int Rune, int Class, bool IsPlain);
}
