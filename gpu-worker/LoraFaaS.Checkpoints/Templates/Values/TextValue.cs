namespace LoraFaaS.Checkpoints.Templates.Values;

/// <summary>
/// Text that remembers which of its characters came from a caller, through every slice, join and replacement, so that the
/// finished prompt can tell the template's special tokens from a message that merely spells them.
/// </summary>
internal sealed class TextValue : TemplateValue
{
    private TextValue(string value, bool[]? marks)
    {
        Value = value;
        Marks = marks;
    }

    public static TextValue Empty { get; } = new(string.Empty, null);

    /// <summary>
    /// What an assistant says that only calls tools. To a template that asks, it is none; to one that writes every message's content without asking it is empty, where Python's None
    /// would end the rendering or stand in the prompt as a word. vLLM gives its templates the empty text, transformers None: each breaks templates that the other serves.
    /// </summary>
    public static TextValue Unsaid { get; } = new(string.Empty, null);

    public string Value { get; }

    /// <summary>For each character whether a caller wrote it; null when none did.</summary>
    public bool[]? Marks { get; }

    public override string Kind => "string";

    public override bool IsTrue => Value.Length > 0;

    /// <summary>The template's own text.</summary>
    public static TextValue Trusted(string value) => value.Length == 0 ? Empty : new(value, null);

    /// <summary>A caller's text.</summary>
    public static TextValue Plain(string value)
    {
        if (value.Length == 0)
        {
            return Empty;
        }

        var marks = new bool[value.Length];
        Array.Fill(marks, true);
        return new(value, marks);
    }

    public static TextValue Marked(string value, bool[]? marks) => new(value, marks);

    /// <summary>Another text made from this one as a whole (as JSON, escaped, padded): a caller's if any of this was.</summary>
    public TextValue Derive(string value) => Marks is null ? Trusted(value) : Plain(value);

    public TextValue Slice(int start, int length) => length == Value.Length
        ? this
        : new(Value.Substring(start, length), Marks?.AsSpan(start, length).ToArray());

    public TextValue Concat(TextValue other)
    {
        if (Value.Length == 0)
        {
            return other;
        }

        if (other.Value.Length == 0)
        {
            return this;
        }

        return new(Value + other.Value, JoinMarks(this, other));
    }

    /// <summary>Character for character, as upper and lower case.</summary>
    public TextValue Map(Func<string, string> change)
    {
        var changed = change(Value);
        return changed.Length == Value.Length ? new(changed, Marks) : Derive(changed);
    }

    private static bool[]? JoinMarks(TextValue left, TextValue right)
    {
        if (left.Marks is null && right.Marks is null)
        {
            return null;
        }

        var marks = new bool[left.Value.Length + right.Value.Length];
        left.Marks?.CopyTo(marks, 0);
        right.Marks?.CopyTo(marks, left.Value.Length);
        return marks;
    }
}
