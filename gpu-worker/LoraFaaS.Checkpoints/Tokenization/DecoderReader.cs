using LoraFaaS.Checkpoints.Json;
using LoraFaaS.Checkpoints.Outcomes;
using LoraFaaS.Checkpoints.Tokenization.Decoding;
using LoraFaaS.Checkpoints.Tokenization.PreTokenization;

namespace LoraFaaS.Checkpoints.Tokenization;

/// <summary>Reads the <c>decoder</c> of tokenizer.json into a <see cref="DecoderPlan"/>. A chain in an order that does not reduce to one is refused.</summary>
internal static class DecoderReader
{
    private static readonly DecoderPlan Nothing = new()
    {
        IsByteLevel = false,
        Replacements = [],
        HasByteFallback = false,
        WordMark = null,
        DropsFirstMark = false,
        StrippedAtStart = 0,
        StrippedCharacter = ' ',
        JoinsBySpace = false,
    };

    public static DecoderPlan Read(JsonFields root)
    {
        if (root.ObjectOrNull("decoder") is not { } fields)
        {
            return Nothing with { JoinsBySpace = true };
        }

        var steps = new List<JsonFields>();
        Flatten(fields, steps);

        var plan = Nothing;
        var isFused = false;
        foreach (var step in steps)
        {
            plan = step.Text("type") switch
            {
                "ByteLevel" when steps.Count == 1 => plan with { IsByteLevel = true },
                "Replace" when !plan.HasByteFallback && !isFused => plan with { Replacements = plan.Replacements.Add(ReadReplacement(step)) },
                "ByteFallback" when !isFused => plan with { HasByteFallback = true },
                "Metaspace" when !isFused && plan.WordMark is null => plan with
                {
                    WordMark = PreTokenizerReader.ReadMark(step),
                    DropsFirstMark = PreTokenizerReader.ReadScheme(step) is not PrependScheme.Never,
                },
                "Fuse" => plan,
                "Strip" when isFused && plan.StrippedAtStart == 0 => ReadStrip(step, plan),
                "ByteLevel" or "Replace" or "ByteFallback" or "Metaspace" or "Strip" =>
                    throw new RefusedException(step.PathOf("type"), $"'{step.Text("type")}' is not supported at this place of the chain"),
                _ => throw TokenizerReader.Unsupported(step, "Sequence, ByteLevel, Replace, ByteFallback, Fuse, Strip and Metaspace are"),
            };
            isFused |= step.Text("type") == "Fuse";
        }

        return plan;
    }

    private static void Flatten(JsonFields fields, List<JsonFields> steps)
    {
        if (fields.Text("type") != "Sequence")
        {
            steps.Add(fields);
            return;
        }

        foreach (var (element, path) in fields.Items("decoders"))
        {
            Flatten(fields.AsObject(element, path), steps);
        }
    }

    private static (string From, string To) ReadReplacement(JsonFields step) => (NormalizerReader.Literal(step), step.Text("content"));

    private static DecoderPlan ReadStrip(JsonFields step, DecoderPlan plan)
    {
        if (step.Int32("stop", 0, int.MaxValue) != 0)
        {
            throw new RefusedException(step.PathOf("stop"), "stripping the end of a text is not supported, as a stream has none yet");
        }

        return plan with
        {
            StrippedAtStart = step.Int32("start", 0, 1_000),
            StrippedCharacter = step.Text("content") is [var c] && !char.IsSurrogate(c)
                ? c
                : throw new RefusedException(step.PathOf("content"), "must be one character of the basic plane"),
        };
    }
}
