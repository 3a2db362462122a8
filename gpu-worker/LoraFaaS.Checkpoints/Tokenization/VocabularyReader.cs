using System.Globalization;
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

    // Hundreds of thousands of entries, at every sandbox start: paths are written only for the one that is refused.
    private static Dictionary<string, int> ReadIds(JsonFields model)
    {
        var vocabulary = model.Object("vocab").Element;
        var ids = new Dictionary<string, int>(vocabulary.GetPropertyCount(), StringComparer.Ordinal);
        foreach (var entry in vocabulary.EnumerateObject())
        {
            var token = JsonText.NameOf(entry, "model.vocab");
            var isId = entry.Value.ValueKind is JsonValueKind.Number && entry.Value.TryGetInt32(out var id) && id is >= 0 and <= TokenizerReader.MaxId;
            ids.Add(token, isId
                ? entry.Value.GetInt32()
                : throw new RefusedException($"model.vocab.{token}", $"must be a whole number from 0 to {TokenizerReader.MaxId}"));
        }

        return ids;
    }

    private static Dictionary<ulong, BpeMerge> ReadMerges(JsonFields model, Dictionary<string, int> ids)
    {
        if (model.Find("merges") is not { } list)
        {
            return [];
        }

        if (list.ValueKind is not JsonValueKind.Array)
        {
            throw new RefusedException("model.merges", "must be a list");
        }

        var merges = new Dictionary<ulong, BpeMerge>(list.GetArrayLength());
        var rank = 0;
        foreach (var element in list.EnumerateArray())
        {
            var (left, right) = ReadPair(element, rank);
            if (!ids.TryGetValue(left, out var leftId) || !ids.TryGetValue(right, out var rightId) || !ids.TryGetValue(left + right, out var joined))
            {
                throw new RefusedException(PathOf(rank), $"joins '{left}' and '{right}', not all of which are in the vocabulary with their union");
            }

            merges[BpeVocabulary.Pair(leftId, rightId)] = new BpeMerge(rank++, joined);
        }

        return merges;
    }

    private static (string Left, string Right) ReadPair(JsonElement element, int rank)
    {
        switch (element.ValueKind)
        {
            case JsonValueKind.String when JsonText.TextOf(element, "model.merges").Split(' ') is [var left, var right]:
                return (left, right);

            case JsonValueKind.Array when element.GetArrayLength() == 2
                && element[0].ValueKind is JsonValueKind.String && element[1].ValueKind is JsonValueKind.String:
                return (JsonText.TextOf(element[0], "model.merges"), JsonText.TextOf(element[1], "model.merges"));

            default:
                throw new RefusedException(PathOf(rank), "must be two tokens");
        }
    }

    private static string PathOf(int rank) => string.Create(CultureInfo.InvariantCulture, $"model.merges[{rank}]");
}
