namespace LoraFaaS.Engine.Grammars.Vocabulary;

/// <summary>
/// The vocabulary's bytes as a tree in depth-first order: a walk is one pass over arrays, and a subtree that cannot match is one jump.
/// Special tokens, end tokens and ids without bytes are not in it. About 12 bytes a node.
/// </summary>
public sealed class TokenTrie
{
    /// <summary>The height of a subtree that holds other bytes than plain ones.</summary>
    internal const byte NotPlain = byte.MaxValue;

    private readonly byte[] _bytes;
    private readonly ushort[] _depths;
    private readonly int[] _ends;
    private readonly byte[] _plainHeights;
    private readonly int[] _firstTokens;
    private readonly int[] _tokens;
    private readonly byte[] _text;
    private readonly int[] _offsets;

    private TokenTrie(ReadOnlyMemory<byte>[] texts, byte[] bytes, ushort[] depths, int[] firstTokens, int[] tokens)
    {
        VocabularySize = texts.Length;
        (_text, _offsets) = Join(texts);
        (_bytes, _depths, _firstTokens, _tokens) = (bytes, depths, firstTokens, tokens);
        _ends = Ends(depths);
        _plainHeights = PlainHeights(bytes, _ends);
        MaxLength = depths.Length == 0 ? 0 : depths.Max();
    }

    /// <summary>Rows of logits: ids at or beyond the tokenizer's are never allowed.</summary>
    public int VocabularySize { get; }

    /// <summary>Bytes of the longest token.</summary>
    public int MaxLength { get; }

    public int Count => _bytes.Length;

    /// <param name="vocabularySize">Rows of logits.</param>
    /// <param name="bytesOf">A token's bytes; empty for one that no text is made of.</param>
    public static TokenTrie Build(int vocabularySize, Func<int, ReadOnlyMemory<byte>> bytesOf)
    {
        ArgumentNullException.ThrowIfNull(bytesOf);

        var texts = Enumerable.Range(0, vocabularySize).Select(bytesOf).ToArray();
        var sorted = texts
            .Select((text, id) => (Id: id, Bytes: text))
            .Where(token => token.Bytes.Length is > 0 and <= ushort.MaxValue)
            .ToArray();

        Array.Sort(sorted, (a, b) => a.Bytes.Span.SequenceCompareTo(b.Bytes.Span) is var order and not 0 ? order : a.Id.CompareTo(b.Id));

        var (bytes, depths, firstTokens) = (new List<byte>(), new List<ushort>(), new List<int>());
        var last = ReadOnlyMemory<byte>.Empty;

        for (var i = 0; i < sorted.Length; i++)
        {
            var text = sorted[i].Bytes;

            for (var depth = text.Span.CommonPrefixLength(last.Span); depth < text.Length; depth++)
            {
                bytes.Add(text.Span[depth]);
                depths.Add((ushort)(depth + 1));
                firstTokens.Add(i);
            }

            // Nodes before the last of this token's hold none of it: they begin where it begins, and end there too.
            last = text;
        }

        firstTokens.Add(sorted.Length);
        return new TokenTrie(texts, [.. bytes], [.. depths], [.. firstTokens], [.. sorted.Select(token => token.Id)]);
    }

    /// <summary>A token's bytes; empty for one that no text is made of.</summary>
    public ReadOnlySpan<byte> BytesOf(int token) => _text.AsSpan(_offsets[token].._offsets[token + 1]);

    public byte ByteOf(int node) => _bytes[node];

    /// <summary>Bytes from the root to the node, its own included.</summary>
    public int DepthOf(int node) => _depths[node];

    /// <summary>One more than the last node of the subtree.</summary>
    public int EndOf(int node) => _ends[node];

    /// <summary>Tokens whose bytes end at the node; more than one where a vocabulary writes the same bytes twice.</summary>
    public ReadOnlySpan<int> TokensOf(int node) => _tokens.AsSpan(_firstTokens[node].._firstTokens[node + 1]);

    /// <summary>All tokens that begin with the node's bytes.</summary>
    public ReadOnlySpan<int> TokensFrom(int node) => _tokens.AsSpan(_firstTokens[node].._firstTokens[_ends[node]]);

    /// <summary>Most bytes below the node when all of them are plain, else <see cref="NotPlain"/>.</summary>
    public byte PlainHeightOf(int node) => _plainHeights[node];

    /// <summary>Printable ASCII that JSON's strings hold as it is: what most tokens are made of.</summary>
    public static bool IsPlain(byte value) => value is >= 0x20 and < 0x7F and not (byte)'"' and not (byte)'\\';

    /// <summary>The bytes from the root to the node.</summary>
    public byte[] PathTo(int node)
    {
        var path = new byte[_depths[node]];

        for (var depth = path.Length; depth > 0; node--)
        {
            if (_depths[node] == depth)
            {
                path[--depth] = _bytes[node];
            }
        }

        return path;
    }

    private static byte[] PlainHeights(byte[] bytes, int[] ends)
    {
        var heights = new byte[bytes.Length];

        for (var node = bytes.Length - 1; node >= 0; node--)
        {
            for (var child = node + 1; child < ends[node] && heights[node] < NotPlain; child = ends[child])
            {
                var height = IsPlain(bytes[child]) && heights[child] < NotPlain - 1 ? (byte)(heights[child] + 1) : NotPlain;
                heights[node] = Math.Max(heights[node], height);
            }
        }

        return heights;
    }

    private static (byte[] Text, int[] Offsets) Join(ReadOnlyMemory<byte>[] texts)
    {
        var offsets = new int[texts.Length + 1];

        for (var token = 0; token < texts.Length; token++)
        {
            offsets[token + 1] = offsets[token] + texts[token].Length;
        }

        var text = new byte[offsets[^1]];

        for (var token = 0; token < texts.Length; token++)
        {
            texts[token].CopyTo(text.AsMemory(offsets[token]));
        }

        return (text, offsets);
    }

    private static int[] Ends(ushort[] depths)
    {
        var ends = new int[depths.Length];
        var open = new Stack<int>();

        for (var node = 0; node < depths.Length; node++)
        {
            while (open.TryPeek(out var top) && depths[top] >= depths[node])
            {
                ends[open.Pop()] = node;
            }

            open.Push(node);
        }

        while (open.TryPop(out var rest))
        {
            ends[rest] = depths.Length;
        }

        return ends;
    }
}
