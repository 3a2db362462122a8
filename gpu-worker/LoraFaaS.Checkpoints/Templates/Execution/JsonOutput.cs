using System.Globalization;
using System.Text;
using LoraFaaS.Checkpoints.Templates.Values;

namespace LoraFaaS.Checkpoints.Templates.Execution;

/// <summary>Python's <c>json.dumps(value, ensure_ascii=False, indent=…)</c>: what chat templates call tojson, without HTML escapes.</summary>
internal sealed class JsonOutput(Work work, int? indent, bool isAscii, bool sortsKeys, string itemSeparator, string keySeparator)
{
    private readonly StringBuilder _output = new();
    private bool _isPlain;

    public static TextValue Write(TemplateValue value, Arguments arguments, Work work)
    {
        var indent = arguments.Find(0, "indent") is null or NoneValue ? (int?)null : arguments.Int32(0, "indent", 0);
        var separators = arguments.Find(1, "separators") as ListValue;
        var json = new JsonOutput(
            work,
            indent is { } width ? Math.Clamp(width, 0, 64) : null,
            arguments.Flag(3, "ensure_ascii", otherwise: false),
            arguments.Flag(2, "sort_keys", otherwise: false),
            Separator(separators, 0) ?? (indent is null ? ", " : ","),
            Separator(separators, 1) ?? ": ");

        json.Write(value, 0);
        var text = json._output.ToString();
        return json._isPlain ? TextValue.Plain(text) : TextValue.Trusted(text);
    }

    private static string? Separator(ListValue? separators, int place) =>
        separators?.Items.ElementAtOrDefault(place) is TextValue text ? text.Value : null;

    private void Write(TemplateValue value, int depth)
    {
        work.Step();
        switch (value)
        {
            case NoneValue:
            case TextValue when value == TextValue.Unsaid:
                _output.Append("null");
                break;
            case FlagValue flag:
                _output.Append(flag.Value ? "true" : "false");
                break;
            case WholeValue whole:
                _output.Append(CultureInfo.InvariantCulture, $"{whole.Value}");
                break;
            case RealValue real:
                _output.Append(PythonText.Real(real.Value) switch { "nan" => "NaN", "inf" => "Infinity", "-inf" => "-Infinity", var text => text });
                break;
            case TextValue text:
                _isPlain |= text.Marks is not null;
                WriteText(text.Value);
                break;
            case ListValue list:
                WriteItems('[', ']', list.Items, depth, item => Write(item, depth + 1));
                break;
            case MapValue map:
                var entries = sortsKeys ? map.Entries.OrderBy(e => e.Key, StringComparer.Ordinal).ToList() : map.Entries.ToList();
                WriteItems('{', '}', entries, depth, entry =>
                {
                    _isPlain |= map.KeyText(entry.Key).Marks is not null;
                    WriteText(entry.Key);
                    _output.Append(keySeparator);
                    Write(entry.Value, depth + 1);
                });
                break;
            default:
                throw RenderException.Wrong($"a value of kind {value.Kind} cannot be written as JSON");
        }
    }

    private void WriteItems<T>(char open, char close, IReadOnlyList<T> items, int depth, Action<T> write)
    {
        if (depth > 200)
        {
            throw new RenderException(RenderFault.TooMuch, "nests values deeper than 200");
        }

        _output.Append(open);
        for (var i = 0; i < items.Count; i++)
        {
            _output.Append(i > 0 ? itemSeparator : string.Empty);
            NewLine(depth + 1);
            write(items[i]);
        }

        if (items.Count > 0)
        {
            NewLine(depth);
        }

        _output.Append(close);
    }

    private void NewLine(int depth)
    {
        if (indent is { } width)
        {
            work.Make(width * depth);
            _output.Append('\n').Append(' ', width * depth);
        }
    }

    private void WriteText(string text)
    {
        work.Make(text.Length);
        _output.Append('"');
        foreach (var c in text)
        {
            _ = c switch
            {
                '"' => _output.Append("\\\""),
                '\\' => _output.Append("\\\\"),
                '\n' => _output.Append("\\n"),
                '\r' => _output.Append("\\r"),
                '\t' => _output.Append("\\t"),
                '\b' => _output.Append("\\b"),
                '\f' => _output.Append("\\f"),
                < ' ' => _output.Append(CultureInfo.InvariantCulture, $"\\u{(int)c:x4}"),
                > '~' when isAscii => _output.Append(CultureInfo.InvariantCulture, $"\\u{(int)c:x4}"),
                _ => _output.Append(c),
            };
        }

        _output.Append('"');
    }
}
