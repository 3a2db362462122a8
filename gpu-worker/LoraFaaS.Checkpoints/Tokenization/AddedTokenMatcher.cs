using System.Buffers;
using System.Globalization;
using System.Text;
using LoraFaaS.Checkpoints.Tokenization.Normalization;

namespace LoraFaaS.Checkpoints.Tokenization;

/// <summary>Finds added tokens, leftmost first and longest among those, in a trie: linear in the text for tokens of bounded length.</summary>
internal sealed class AddedTokenMatcher
{
    private readonly List<Dictionary<char, int>> _next = [[]];
    private readonly List<AddedToken?> _ends = [null];
    private readonly SearchValues<char> _firsts;

    /// <param name="tokens">Each with the text under which it is found.</param>
    public AddedTokenMatcher(IEnumerable<(string Text, AddedToken Token)> tokens)
    {
        foreach (var (text, token) in tokens.Where(t => t.Text.Length > 0))
        {
            Add(text, token);
        }

        _firsts = SearchValues.Create([.. _next[0].Keys]);
    }

    /// <summary>Calls back for each token and for each stretch of text between, in order and covering the run.</summary>
    /// <param name="parsesSpecial">False treats every special token as text; true does so only where the run is plain.</param>
    public void Split(MarkedRun run, bool parsesSpecial, Action<int, int> onText, Action<AddedToken> onToken)
    {
        var done = 0;
        for (var at = 0; (at = NextCandidate(run.Text, at)) >= 0;)
        {
            if (Longest(run, at, parsesSpecial) is not { } token)
            {
                at++;
                continue;
            }

            var (start, end) = Extent(run.Text, at, done, token.Length, token.Token);
            if (done < start)
            {
                onText(done, start);
            }

            onToken(token.Token);
            (done, at) = (end, end);
        }

        if (done < run.Text.Length)
        {
            onText(done, run.Text.Length);
        }
    }

    private void Add(string text, AddedToken token)
    {
        var node = 0;
        foreach (var c in text)
        {
            if (!_next[node].TryGetValue(c, out var child))
            {
                child = _next.Count;
                _next.Add([]);
                _ends.Add(null);
                _next[node].Add(c, child);
            }

            node = child;
        }

        _ends[node] = token;
    }

    private int NextCandidate(string text, int from)
    {
        var offset = text.AsSpan(from).IndexOfAny(_firsts);
        return offset < 0 ? -1 : from + offset;
    }

    private (AddedToken Token, int Length)? Longest(MarkedRun run, int start, bool parsesSpecial)
    {
        (AddedToken, int)? longest = null;
        var node = 0;
        var isPlain = false;

        for (var at = start; at < run.Text.Length && _next[node].TryGetValue(run.Text[at], out node); at++)
        {
            isPlain |= run.IsPlain(at);
            if (_ends[node] is { } token
                && (!token.IsSpecial || (parsesSpecial && !isPlain))
                && (!token.IsSingleWord || IsWord(run.Text, start, at + 1)))
            {
                longest = (token, at + 1 - start);
            }
        }

        return longest;
    }

    private static (int Start, int End) Extent(string text, int at, int done, int length, AddedToken token)
    {
        var start = at;
        var end = at + length;

        while (token.StripsLeft && start > done && char.IsWhiteSpace(text[start - 1]))
        {
            start--;
        }

        while (token.StripsRight && end < text.Length && char.IsWhiteSpace(text[end]))
        {
            end++;
        }

        return (start, end);
    }

    private static bool IsWord(string text, int start, int end) =>
        (start == 0 || Rune.DecodeLastFromUtf16(text.AsSpan(0, start), out var before, out _) is not OperationStatus.Done || !IsWordCharacter(before))
        && (end == text.Length || Rune.DecodeFromUtf16(text.AsSpan(end), out var after, out _) is not OperationStatus.Done || !IsWordCharacter(after));

    private static bool IsWordCharacter(Rune rune) => Rune.IsLetter(rune) || Rune.GetUnicodeCategory(rune) is
        UnicodeCategory.NonSpacingMark or UnicodeCategory.SpacingCombiningMark or UnicodeCategory.EnclosingMark
        or UnicodeCategory.DecimalDigitNumber or UnicodeCategory.LetterNumber or UnicodeCategory.ConnectorPunctuation;
}
