using LoraFaaS.Checkpoints.Json;
using LoraFaaS.Checkpoints.Outcomes;
using LoraFaaS.Checkpoints.Tokenization.Normalization;

namespace LoraFaaS.Checkpoints.Tokenization;

/// <summary>Reads the <c>normalizer</c> of tokenizer.json.</summary>
internal static class NormalizerReader
{
    private const int MaxSteps = 64;

    public static Normalizer Read(JsonFields root)
    {
        var steps = new List<Normalizer>();
        if (root.ObjectOrNull("normalizer") is { } fields)
        {
            Add(fields, steps);
        }

        return new SequenceNormalizer(steps);
    }

    private static void Add(JsonFields fields, List<Normalizer> steps)
    {
        if (steps.Count == MaxSteps)
        {
            throw new RefusedException(fields.Prefix, $"has more than {MaxSteps} steps");
        }

        switch (fields.Text("type"))
        {
            case "Sequence":
                foreach (var (element, path) in fields.Items("normalizers"))
                {
                    Add(fields.AsObject(element, path), steps);
                }

                break;

            case "NFC":
                steps.Add(new NfcNormalizer());
                break;

            case "Prepend":
                steps.Add(new PrependNormalizer(fields.Text("prepend")));
                break;

            case "Replace":
                steps.Add(new ReplaceNormalizer(Literal(fields), fields.Text("content")));
                break;

            default:
                throw TokenizerReader.Unsupported(fields, "Sequence, NFC, Prepend and Replace are");
        }
    }

    internal static string Literal(JsonFields fields)
    {
        var literal = fields.Object("pattern").TextOrNull("String")
            ?? throw new RefusedException(fields.PathOf("pattern"), "must be a String; patterns are not supported here");

        return literal.Length > 0 ? literal : throw new RefusedException(fields.PathOf("pattern"), "must not be empty");
    }
}
