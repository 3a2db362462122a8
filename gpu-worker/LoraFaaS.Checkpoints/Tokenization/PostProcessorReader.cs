using System.Collections.Immutable;
using LoraFaaS.Checkpoints.Json;
using LoraFaaS.Checkpoints.Outcomes;

namespace LoraFaaS.Checkpoints.Tokenization;

/// <summary>Reads the <c>post_processor</c> of tokenizer.json: the tokens that a template puts around a single text.</summary>
internal static class PostProcessorReader
{
    public static (ImmutableArray<int> Before, ImmutableArray<int> After) Read(JsonFields root)
    {
        var before = new List<int>();
        var after = new List<int>();
        if (root.ObjectOrNull("post_processor") is { } fields)
        {
            Add(fields, before, after);
        }

        return ([.. before], [.. after]);
    }

    private static void Add(JsonFields fields, List<int> before, List<int> after)
    {
        switch (fields.Text("type"))
        {
            case "Sequence":
                foreach (var (element, path) in fields.Items("processors"))
                {
                    Add(fields.AsObject(element, path), before, after);
                }

                break;

            // Moves offsets only, and no offsets are given out here.
            case "ByteLevel":
                break;

            case "TemplateProcessing":
                AddTemplate(fields, before, after);
                break;

            default:
                throw TokenizerReader.Unsupported(fields, "Sequence, ByteLevel and TemplateProcessing are");
        }
    }

    private static void AddTemplate(JsonFields fields, List<int> before, List<int> after)
    {
        var leading = new List<int>();
        var sawText = false;

        foreach (var (element, path) in fields.Items("single"))
        {
            var part = fields.AsObject(element, path);
            if (part.Has("Sequence"))
            {
                sawText = !sawText ? true : throw new RefusedException(path, "repeats the text, which is not supported");
            }
            else
            {
                (sawText ? after : leading).AddRange(IdsOf(fields, part.Object("SpecialToken")));
            }
        }

        if (!sawText)
        {
            throw new RefusedException(fields.PathOf("single"), "leaves out the text");
        }

        // A later processor of a sequence wraps around the earlier ones.
        before.InsertRange(0, leading);
    }

    private static IEnumerable<int> IdsOf(JsonFields fields, JsonFields token)
    {
        var name = token.Text("id");
        if (fields.Object("special_tokens").ObjectOrNull(name) is not { } special)
        {
            throw new RefusedException(token.PathOf("id"), $"'{name}' is not among special_tokens");
        }

        return special.Items("ids").Select(i => JsonFields.ToInt32(i.Element, i.Path, 0, TokenizerReader.MaxId));
    }
}
