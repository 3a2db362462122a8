using System.Text.Json;
using LoraFaaS.Checkpoints.Json;
using LoraFaaS.Checkpoints.Outcomes;
using LoraFaaS.Checkpoints.Tokenization.Bpe;

namespace LoraFaaS.Checkpoints.Tokenization;

/// <summary>Reads the <c>model</c> of tokenizer.json: a BPE vocabulary with its merges, written "a b" or ["a", "b"].</summary>
internal static class VocabularyReader
{
    public static BpeVocabulary Read(JsonFields root, bool isByteLevel)
    {
        var model = root.Object("model");

        // Old files leave the type out; their merges tell.
        if (model.TextOrNull("type") is { } type ? type != "BPE" : !model.Has("merges"))
        {
            throw TokenizerReader.Unsupported(model, "BPE is");
        }

        RefuseUnsupported(model);
        var ids = ReadIds(model);
        var unknown = model.TextOrNull("unk_token");

        return new BpeVocabulary(ids, ReadMerges(model, ids))
        {
            IsByteLevel = isByteLevel,
            IgnoresMerges = model.Flag("ignore_merges", otherwise: false),
            HasByteFallback = model.Flag("byte_fallback", otherwise: false),
            FusesUnknown = model.Flag("fuse_unk", otherwise: false),
            UnknownId = unknown is null ? null : ids.TryGetValue(unknown, out var id)
                ? id
                : throw new RefusedException("model.unk_token", $"'{unknown}' is not in the vocabulary"),
        };
    }

    private static void RefuseUnsupported(JsonFields model)
    {
        foreach (var name in (ReadOnlySpan<string>)["continuing_subword_prefix", "end_of_word_suffix"])
        {
            if (model.TextOrNull(name) is { Length: > 0 })
            {
                throw new RefusedException(model.PathOf(name), "is not supported");
            }
        }

        if (model.NumberOrNull("dropout", 0, 1) is > 0)
        {
            throw new RefusedException(model.PathOf("dropout"), "random merges are for training, and are not supported");
        }
    }

    private static Dictionary<string, int> ReadIds(JsonFields model)
    {
        model.Object("vocab");
        var ids = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var (token, element, path) in model.Entries("vocab"))
        {
            ids.Add(token, JsonFields.ToInt32(element, path, 0, TokenizerReader.MaxId));
        }

        return ids;
    }

    private static Dictionary<ulong, BpeMerge> ReadMerges(JsonFields model, Dictionary<string, int> ids)
    {
        var merges = new Dictionary<ulong, BpeMerge>();
        var rank = 0;
        foreach (var (element, path) in model.Items("merges"))
        {
            var (left, right) = ReadPair(element, path);
            if (!ids.TryGetValue(left, out var leftId) || !ids.TryGetValue(right, out var rightId) || !ids.TryGetValue(left + right, out var joined))
            {
                throw new RefusedException(path, $"joins '{left}' and '{right}', not all of which are in the vocabulary with their union");
            }

            merges[BpeVocabulary.Pair(leftId, rightId)] = new BpeMerge(rank++, joined);
        }

        return merges;
    }

    private static (string Left, string Right) ReadPair(JsonElement element, string path)
    {
        switch (element.ValueKind)
        {
            case JsonValueKind.String when JsonText.TextOf(element, path).Split(' ') is [var left, var right]:
                return (left, right);

            case JsonValueKind.Array when element.GetArrayLength() == 2
                && element[0].ValueKind is JsonValueKind.String && element[1].ValueKind is JsonValueKind.String:
                return (JsonText.TextOf(element[0], path), JsonText.TextOf(element[1], path));

            default:
                throw new RefusedException(path, "must be two tokens");
        }
    }
}
