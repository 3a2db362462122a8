using LoraFaaS.Checkpoints.Outcomes;
using LoraFaaS.Checkpoints.Tokenization.Bpe;
using LoraFaaS.Checkpoints.Tokenization.Decoding;
using LoraFaaS.Checkpoints.Tokenization.Normalization;
using LoraFaaS.Checkpoints.Tokenization.PreTokenization;

namespace LoraFaaS.Checkpoints.Tokenization;

/// <summary>
/// A backbone's tokenizer.json: byte-level or SentencePiece-style byte-pair encoding, giving the same ids as the reference.
/// Safe to use from many threads. Does not clean up spaces after decoding (clean_up_tokenization_spaces): that is a lossy
/// habit of English test sets.
/// </summary>
public sealed class Tokenizer
{
    private readonly TokenizerParts _parts;
    private readonly BpeModel _model;
    private readonly string?[] _tokens;
    private readonly TokenPiece[] _pieces;
    private readonly HashSet<int> _special;
    private readonly Dictionary<string, int> _addedIds;

    internal Tokenizer(TokenizerParts parts, TokenizerConfig config)
    {
        _parts = parts;
        Config = config;
        _model = new BpeModel(parts.Vocabulary);
        _tokens = TokensById(parts);
        _pieces = [.. _tokens.Select(t => t is null ? default : parts.Decoder.PieceOf(t, isFirst: false))];
        _special = [.. parts.AddedTokens.Where(t => t.IsSpecial).Select(t => t.Id)];
        _addedIds = parts.AddedTokens.ToDictionary(t => t.Content, t => t.Id, StringComparer.Ordinal);
    }

    public TokenizerConfig Config { get; }

    /// <summary>One more than the highest id. A backbone's vocabulary may be padded beyond it.</summary>
    public int VocabularySize => _tokens.Length;

    internal DecoderPlan DecoderPlan => _parts.Decoder;

    public static Reading<Tokenizer> Load(ReadOnlyMemory<byte> tokenizerJson, ReadOnlyMemory<byte>? tokenizerConfigJson) =>
        Reading.Capture(CheckpointFiles.Tokenizer, () => new Tokenizer(
            TokenizerReader.Read(tokenizerJson),
            tokenizerConfigJson is { } json ? TokenizerConfig.Parse(json).ValueOrThrow() : TokenizerConfig.Empty));

    /// <param name="text">A plain string counts as wholly trusted.</param>
    /// <param name="parsesSpecial">Special tokens written in the text become themselves; false takes them as text.</param>
    /// <param name="addsSpecial">The tokenizer's own frame (usually a first BOS) is put around. Not for chat prompts, whose template writes it.</param>
    public int[] Encode(MarkedText text, bool parsesSpecial, bool addsSpecial)
    {
        ArgumentNullException.ThrowIfNull(text);
        var tokens = new List<int>((text.Text.Length / 3) + 8);
        if (addsSpecial)
        {
            tokens.AddRange(_parts.Before);
        }

        new Encoding(this, parsesSpecial, tokens).Run(text);
        if (addsSpecial)
        {
            tokens.AddRange(_parts.After);
        }

        return [.. tokens];
    }

    /// <summary>Ids outside the vocabulary add nothing.</summary>
    public string Decode(ReadOnlySpan<int> ids, bool skipsSpecial)
    {
        var decoder = new IncrementalDecoder(this, skipsSpecial, continuesText: false, isEager: false);
        foreach (var id in ids)
        {
            decoder.Append(id);
        }

        return decoder.Finish();
    }

    /// <param name="continuesText">The tokens go on from a prompt's text, so a leading word mark is a space and not dropped.</param>
    public IncrementalDecoder Decoder(bool skipsSpecial, bool continuesText) => new(this, skipsSpecial, continuesText, isEager: true);

    public int? IdOf(string token) => _addedIds.TryGetValue(token, out var id) ? id : _parts.Vocabulary.Find(token);

    /// <summary>The token as the vocabulary writes it; null for an id that has none.</summary>
    public string? TokenOf(int id) => (uint)id < (uint)_tokens.Length ? _tokens[id] : null;

    public bool IsSpecial(int id) => _special.Contains(id);

    /// <summary>The bytes that a token adds in the middle of a text (for constrained decoding); empty for an id that has no token.</summary>
    public ReadOnlySpan<byte> BytesOf(int id) => (uint)id < (uint)_pieces.Length ? _pieces[id].Bytes : [];

    internal TokenPiece PieceOf(int id) => _pieces[id];

    private static string?[] TokensById(TokenizerParts parts)
    {
        var last = Math.Max(
            parts.Vocabulary.Ids.Values.DefaultIfEmpty(-1).Max(),
            parts.AddedTokens.Select(t => t.Id).DefaultIfEmpty(-1).Max());

        var tokens = new string?[last + 1];
        foreach (var (token, id) in parts.Vocabulary.Ids)
        {
            tokens[id] = token;
        }

        foreach (var token in parts.AddedTokens)
        {
            tokens[token.Id] = token.Content;
        }

        return tokens;
    }

    /// <summary>One call's way through the stations: added tokens, normalisation, normalised added tokens, cuts, merges.</summary>
    private sealed class Encoding(Tokenizer tokenizer, bool parsesSpecial, List<int> tokens)
    {
        private readonly BpeMerger _merger = new();
        private readonly List<ReadOnlyMemory<char>> _words = [];
        private bool _isStart = true;

        public void Run(MarkedText text)
        {
            var run = new MarkedRun(text.Text, text.PlainMarks());
            tokenizer._parts.RawMatcher.Split(run, parsesSpecial, (start, end) => Normalize(Slice(run, start, end)), Add);
        }

        private void Normalize(MarkedRun raw)
        {
            var run = tokenizer._parts.Normalizer.Normalize(raw);
            tokenizer._parts.NormalizedMatcher.Split(run, parsesSpecial, (start, end) => Merge(run.Text.AsMemory(start, end - start)), Add);
        }

        private void Merge(ReadOnlyMemory<char> text)
        {
            _words.Clear();
            tokenizer._parts.PreTokenizer.Split(text, _isStart, _words);
            _isStart = false;

            foreach (var word in _words)
            {
                tokenizer._model.Encode(word.Span, _merger, tokens);
            }
        }

        private void Add(AddedToken token)
        {
            tokens.Add(token.Id);
            _isStart = false;
        }

        private static MarkedRun Slice(MarkedRun run, int start, int end) =>
            start == 0 && end == run.Text.Length ? run : new MarkedRun(run.Text[start..end], run.Plain?[start..end]);
    }
}
