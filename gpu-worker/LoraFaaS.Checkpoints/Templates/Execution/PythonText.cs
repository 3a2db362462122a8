using System.Diagnostics;
using System.Globalization;
using System.Text;
using LoraFaaS.Checkpoints.Templates.Values;

namespace LoraFaaS.Checkpoints.Templates.Execution;

/// <summary>Python's <c>str</c> and <c>repr</c> of a value.</summary>
internal static class PythonText
{
    public static TextValue Of(TemplateValue value, Work work)
    {
        if (value is TextValue text)
        {
            return text;
        }

        if (value is UndefinedValue)
        {
            return TextValue.Empty;
        }

        var output = new StringBuilder();
        var isPlain = false;
        Write(value, output, work, ref isPlain);
        return isPlain ? TextValue.Plain(output.ToString()) : TextValue.Trusted(output.ToString());
    }

    public static string Real(double value)
    {
        if (!double.IsFinite(value))
        {
            return double.IsNaN(value) ? "nan" : value > 0 ? "inf" : "-inf";
        }

        // The shortest digits are the same; Python writes an exponent from 1e16 up and below 1e-4, .NET from 1e15 up and below 1e-5.
        var shortest = value.ToString("R", CultureInfo.InvariantCulture);
        var magnitude = Math.Abs(value);
        if (magnitude is 0 or (>= 1e-4 and < 1e15))
        {
            return shortest.Contains('.', StringComparison.Ordinal) ? shortest : shortest + ".0";
        }

        if (magnitude is >= 1e15 and < 1e16)
        {
            return value.ToString("F1", CultureInfo.InvariantCulture);
        }

        return (shortest.Contains('E', StringComparison.Ordinal) ? shortest : value.ToString("0.################E+00", CultureInfo.InvariantCulture))
            .ToLowerInvariant();
    }

    private static void Write(TemplateValue value, StringBuilder output, Work work, ref bool isPlain)
    {
        work.Step();
        switch (value)
        {
            case NoneValue:
                output.Append("None");
                break;
            case UndefinedValue:
                output.Append("Undefined");
                break;
            case FlagValue flag:
                output.Append(flag.Value ? "True" : "False");
                break;
            case WholeValue whole:
                output.Append(CultureInfo.InvariantCulture, $"{whole.Value}");
                break;
            case RealValue real:
                output.Append(Real(real.Value));
                break;
            case TextValue text:
                work.Make(text.Value.Length);
                isPlain |= text.Marks is not null;
                WriteQuoted(text.Value, output);
                break;
            case ListValue list:
                WriteList(list, output, work, ref isPlain);
                break;
            case MapValue map:
                WriteMap(map, output, work, ref isPlain);
                break;
            case NamespaceValue or LoopValue or FunctionValue:
                output.Append('<').Append(value.Kind).Append('>');
                break;
            default:
                throw new UnreachableException();
        }
    }

    private static void WriteList(ListValue list, StringBuilder output, Work work, ref bool isPlain)
    {
        output.Append(list.IsTuple ? '(' : '[');
        for (var i = 0; i < list.Items.Count; i++)
        {
            output.Append(i > 0 ? ", " : string.Empty);
            Write(list.Items[i], output, work, ref isPlain);
        }

        output.Append(list is { IsTuple: true, Items.Count: 1 } ? "," : string.Empty).Append(list.IsTuple ? ')' : ']');
    }

    private static void WriteMap(MapValue map, StringBuilder output, Work work, ref bool isPlain)
    {
        output.Append('{');
        var isFirst = true;
        foreach (var (key, value) in map.Entries)
        {
            output.Append(isFirst ? string.Empty : ", ");
            isFirst = false;
            Write(map.KeyText(key), output, work, ref isPlain);
            output.Append(": ");
            Write(value, output, work, ref isPlain);
        }

        output.Append('}');
    }

    private static void WriteQuoted(string text, StringBuilder output)
    {
        var quote = text.Contains('\'', StringComparison.Ordinal) && !text.Contains('"', StringComparison.Ordinal) ? '"' : '\'';
        output.Append(quote);
        foreach (var c in text)
        {
            _ = c switch
            {
                '\\' => output.Append("\\\\"),
                '\n' => output.Append("\\n"),
                '\r' => output.Append("\\r"),
                '\t' => output.Append("\\t"),
                < ' ' or '\x7F' => output.Append(CultureInfo.InvariantCulture, $"\\x{(int)c:x2}"),
                _ when c == quote => output.Append('\\').Append(c),
                _ => output.Append(c),
            };
        }

        output.Append(quote);
    }
}
