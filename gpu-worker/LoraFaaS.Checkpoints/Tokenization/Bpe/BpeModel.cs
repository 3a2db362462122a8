using System.Buffers;
using System.Collections.Concurrent;
using System.Text;

namespace LoraFaaS.Checkpoints.Tokenization.Bpe;

/// <summary>Byte-pair encoding: a word's symbols, joined in the order of the learned merges. Safe to use from many threads.</summary>
internal sealed class BpeModel
{
    /// <summary>Words kept, as many as the reference keeps. When full, later words are merged anew; nothing is thrown out.</summary>
    private const int MaxCachedWords = 10_000;

    /// <summary>A longer "word" is a whole prompt (SentencePiece) and will not come again.</summary>
    private const int MaxCachedLength = 128;

    private readonly BpeVocabulary _vocabulary;
    private readonly ConcurrentDictionary<string, int[]> _cache = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, int[]>.AlternateLookup<ReadOnlySpan<char>> _cacheBySpan;
    private int _cached;

    public BpeModel(BpeVocabulary vocabulary)
    {
        _vocabulary = vocabulary;
        _cacheBySpan = _cache.GetAlternateLookup<ReadOnlySpan<char>>();
    }

    /// <summary>Appends the word's tokens.</summary>
    /// <param name="merger">Scratch of the calling thread.</param>
    public void Encode(ReadOnlySpan<char> word, BpeMerger merger, List<int> tokens)
    {
        if (_cacheBySpan.TryGetValue(word, out var known))
        {
            tokens.AddRange(known);
            return;
        }

        var first = tokens.Count;
        if (!TryWhole(word, tokens))
        {
            merger.Clear();
            if (_vocabulary.IsByteLevel)
            {
                AddBytes(word, merger);
            }
            else
            {
                AddCharacters(word, merger);
            }

            merger.Merge(_vocabulary, tokens);
        }

        if (word.Length <= MaxCachedLength && Volatile.Read(ref _cached) < MaxCachedWords
            && _cache.TryAdd(word.ToString(), [.. tokens[first..]]))
        {
            Interlocked.Increment(ref _cached);
        }
    }

    private bool TryWhole(ReadOnlySpan<char> word, List<int> tokens)
    {
        if (!_vocabulary.IgnoresMerges || word.Length > _vocabulary.LongestToken)
        {
            return false;
        }

        var id = _vocabulary.IsByteLevel ? WholeInBytes(word) : _vocabulary.Find(word);
        if (id is { } whole)
        {
            tokens.Add(whole);
        }

        return id is not null;
    }

    private int? WholeInBytes(ReadOnlySpan<char> word)
    {
        var bytes = ArrayPool<byte>.Shared.Rent(Encoding.UTF8.GetMaxByteCount(word.Length));
        var chars = ArrayPool<char>.Shared.Rent(bytes.Length);
        try
        {
            var count = Encoding.UTF8.GetBytes(word, bytes);
            for (var i = 0; i < count; i++)
            {
                chars[i] = ByteAlphabet.ToChar(bytes[i]);
            }

            return _vocabulary.Find(chars.AsSpan(0, count));
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(bytes);
            ArrayPool<char>.Shared.Return(chars);
        }
    }

    private void AddBytes(ReadOnlySpan<char> word, BpeMerger merger)
    {
        Span<byte> bytes = stackalloc byte[4];
        var unknown = new UnknownRun(_vocabulary);
        foreach (var rune in word.EnumerateRunes())
        {
            var count = rune.EncodeToUtf8(bytes);
            foreach (var value in bytes[..count])
            {
                unknown.Add(_vocabulary.ByteIds[value], merger);
            }
        }

        unknown.Flush(merger);
    }

    private void AddCharacters(ReadOnlySpan<char> word, BpeMerger merger)
    {
        Span<byte> bytes = stackalloc byte[4];
        var unknown = new UnknownRun(_vocabulary);
        var at = 0;

        foreach (var rune in word.EnumerateRunes())
        {
            var known = _vocabulary.Find(word.Slice(at, rune.Utf16SequenceLength));
            at += rune.Utf16SequenceLength;

            if (known is null && _vocabulary.HasByteFallback && rune.EncodeToUtf8(bytes) is var count && HasAll(bytes[..count]))
            {
                // As the reference does, an unknown before these bytes stays open and comes after them.
                foreach (var value in bytes[..count])
                {
                    merger.Add(_vocabulary.FallbackIds[value]);
                }

                continue;
            }

            unknown.Add(known ?? -1, merger);
        }

        unknown.Flush(merger);
    }

    private bool HasAll(ReadOnlySpan<byte> bytes)
    {
        foreach (var value in bytes)
        {
            if (_vocabulary.FallbackIds[value] < 0)
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Symbols outside the vocabulary become the unknown token, one each or one for a run; without such a token they vanish.</summary>
    private ref struct UnknownRun(BpeVocabulary vocabulary)
    {
        private bool _isOpen;

        public void Add(int id, BpeMerger merger)
        {
            if (id >= 0)
            {
                Flush(merger);
                merger.Add(id);
                return;
            }

            if (!vocabulary.FusesUnknown)
            {
                Flush(merger);
            }

            _isOpen = vocabulary.UnknownId is not null;
        }

        public void Flush(BpeMerger merger)
        {
            if (_isOpen)
            {
                merger.Add(vocabulary.UnknownId!.Value);
                _isOpen = false;
            }
        }
    }
}
