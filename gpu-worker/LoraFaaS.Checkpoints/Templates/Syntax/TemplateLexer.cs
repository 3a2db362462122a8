using System.Buffers;
using LoraFaaS.Checkpoints.Outcomes;

namespace LoraFaaS.Checkpoints.Templates.Syntax;

/// <summary>
/// Cuts a template into tokens as Jinja does with trim_blocks and lstrip_blocks on, which is how chat templates are run:
/// a block tag swallows the newline after it and the indentation before it; '-' swallows all white space on its side, '+' none.
/// </summary>
internal sealed class TemplateLexer
{
    private static readonly SearchValues<char> NameStart = SearchValues.Create("_abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ");

    private static readonly string[] Operators =
        ["//", "**", "==", "!=", ">=", "<=", "+", "-", "/", "*", "%", "~", "[", "]", "(", ")", "{", "}", ">", "<", "=", ".", ":", "|", ",", ";"];

    private readonly string _source;
    private readonly List<TemplateToken> _tokens = [];
    private int _at;
    private int _line = 1;
    private bool _isLineStart = true;
    private bool _stripsNext;

    private TemplateLexer(string source) => _source = source;

    public static List<TemplateToken> Lex(string source)
    {
        var text = source.Replace("\r\n", "\n", StringComparison.Ordinal).Replace('\r', '\n');

        // Jinja drops one newline at the end of a template.
        var lexer = new TemplateLexer(text.EndsWith('\n') ? text[..^1] : text);
        lexer.Run();
        return lexer._tokens;
    }

    private void Run()
    {
        while (_at < _source.Length)
        {
            var tag = NextTag();
            Data(tag < 0 ? _source.Length : tag, tag);
            if (tag < 0)
            {
                break;
            }

            switch (_source[tag + 1])
            {
                case '#':
                    Comment();
                    break;
                case '%' when TryRaw():
                    break;
                case '%':
                    Tag(TokenKind.BlockBegin, TokenKind.BlockEnd, "%}");
                    break;
                default:
                    Tag(TokenKind.OutputBegin, TokenKind.OutputEnd, "}}");
                    break;
            }
        }

        _tokens.Add(new(TokenKind.End, string.Empty, _line));
    }

    private int NextTag()
    {
        for (var at = _source.IndexOf('{', _at); at >= 0 && at + 1 < _source.Length; at = _source.IndexOf('{', at + 1))
        {
            if (_source[at + 1] is '{' or '%' or '#')
            {
                return at;
            }
        }

        return -1;
    }

    private void Data(int end, int tag)
    {
        var data = _source.AsSpan(_at, end - _at);
        var taken = data;
        if (_stripsNext)
        {
            taken = taken.TrimStart();
            _stripsNext = false;
        }

        if (tag >= 0)
        {
            taken = (tag + 2 < _source.Length ? _source[tag + 2] : ' ') switch
            {
                '-' => taken.TrimEnd(),
                '+' => taken,
                _ => _source[tag + 1] == '{' ? taken : WithoutIndentation(taken, data),
            };
        }

        if (!taken.IsEmpty)
        {
            _tokens.Add(new(TokenKind.Data, taken.ToString(), _line));
        }

        Advance(end - _at);
    }

    /// <summary>lstrip_blocks: white space between the line's start and the tag goes.</summary>
    private ReadOnlySpan<char> WithoutIndentation(ReadOnlySpan<char> taken, ReadOnlySpan<char> data)
    {
        var lineStart = taken.LastIndexOf('\n') + 1;
        var startsLine = lineStart > 0 || (_isLineStart && taken.Length == data.Length);
        return startsLine && taken[lineStart..].IsWhiteSpace() ? taken[..lineStart] : taken;
    }

    private void Comment()
    {
        var end = _source.IndexOf("#}", _at + 2, StringComparison.Ordinal);
        if (end < 0)
        {
            throw Error("a comment is not closed");
        }

        var sign = end > _at + 2 ? _source[end - 1] : ' ';
        Advance(end + 2 - _at);
        EndBlock(sign);
    }

    /// <summary>What lies between {% raw %} and {% endraw %} is output as it is.</summary>
    private bool TryRaw()
    {
        if (!TryNamedTag(_at, "raw", out var bodyStart, out var startsStripped))
        {
            return false;
        }

        for (var at = _source.IndexOf("{%", bodyStart, StringComparison.Ordinal); at >= 0; at = _source.IndexOf("{%", at + 2, StringComparison.Ordinal))
        {
            if (!TryNamedTag(at, "endraw", out var after, out _))
            {
                continue;
            }

            var body = _source[bodyStart..at];
            body = startsStripped ? body.TrimStart() : body;
            body = _source[at + 2] == '-' ? body.TrimEnd() : body;
            _tokens.Add(new(TokenKind.Data, body, _line));

            var sign = _source[after - 3];
            Advance(after - _at);
            EndBlock(sign);
            return true;
        }

        throw Error("a raw block is not closed");
    }

    private bool TryNamedTag(int start, string name, out int after, out bool stripsAfter)
    {
        (after, stripsAfter) = (0, false);
        var rest = _source.AsSpan(start + 2);
        var inner = rest.TrimStart("+-").TrimStart();
        if (!inner.StartsWith(name))
        {
            return false;
        }

        inner = inner[name.Length..].TrimStart();
        var sign = inner.StartsWith("-") || inner.StartsWith("+") ? 1 : 0;
        stripsAfter = sign == 1 && inner[0] == '-';
        if (!inner[sign..].StartsWith("%}"))
        {
            return false;
        }

        after = _source.Length - inner.Length + sign + 2;
        return true;
    }

    private void Tag(TokenKind begin, TokenKind end, string close)
    {
        _tokens.Add(new(begin, close, _line));
        Advance(2);
        if (_at < _source.Length && _source[_at] is '-' or '+')
        {
            Advance(1);
        }

        var depth = 0;
        while (true)
        {
            while (_at < _source.Length && char.IsWhiteSpace(_source[_at]))
            {
                Advance(1);
            }

            if (_at >= _source.Length)
            {
                throw Error("a tag is not closed");
            }

            // Inside brackets "}}" closes two dictionaries.
            if (depth == 0 && ClosingLength(close) is > 0 and var length)
            {
                var sign = length == 3 ? _source[_at] : ' ';
                _tokens.Add(new(end, close, _line));
                Advance(length);
                if (end is TokenKind.BlockEnd)
                {
                    EndBlock(sign);
                }
                else
                {
                    _isLineStart = false;
                    _stripsNext = sign == '-';
                }

                return;
            }

            depth += Token();
        }
    }

    private int ClosingLength(string close)
    {
        var rest = _source.AsSpan(_at);
        if (rest.StartsWith(close))
        {
            return 2;
        }

        var isSigned = rest[0] == '-' || (rest[0] == '+' && close == "%}");
        return isSigned && rest[1..].StartsWith(close) ? 3 : 0;
    }

    /// <summary>trim_blocks: the first newline after a block goes, unless the tag says otherwise.</summary>
    private void EndBlock(char sign)
    {
        _isLineStart = false;
        _stripsNext = sign == '-';
        if (sign is not ('-' or '+') && _at < _source.Length && _source[_at] == '\n')
        {
            Advance(1);
            _isLineStart = true;
        }
    }

    /// <returns>How this token changes the depth of brackets.</returns>
    private int Token()
    {
        var c = _source[_at];
        if (c is '\'' or '"')
        {
            Text();
            return 0;
        }

        if (char.IsAsciiDigit(c))
        {
            Number();
            return 0;
        }

        if (NameStart.Contains(c))
        {
            var end = _at;
            while (end < _source.Length && (NameStart.Contains(_source[end]) || char.IsAsciiDigit(_source[end])))
            {
                end++;
            }

            Emit(TokenKind.Name, end);
            return 0;
        }

        foreach (var symbol in Operators)
        {
            if (_source.AsSpan(_at).StartsWith(symbol))
            {
                Emit(TokenKind.Operator, _at + symbol.Length);
                return symbol switch { "(" or "[" or "{" => 1, ")" or "]" or "}" => -1, _ => 0 };
            }
        }

        throw Error($"unexpected character '{c}'");
    }

    private void Number()
    {
        var end = _at;
        var kind = TokenKind.Whole;
        while (end < _source.Length && (char.IsAsciiDigit(_source[end]) || _source[end] == '_'))
        {
            end++;
        }

        if (end + 1 < _source.Length && _source[end] == '.' && char.IsAsciiDigit(_source[end + 1]))
        {
            kind = TokenKind.Real;
            end++;
            while (end < _source.Length && char.IsAsciiDigit(_source[end]))
            {
                end++;
            }
        }

        if (ExponentLength(end) is > 0 and var exponent)
        {
            kind = TokenKind.Real;
            end += exponent;
        }

        var text = _source[_at..end].Replace("_", string.Empty, StringComparison.Ordinal);
        _tokens.Add(new(kind, text, _line));
        Advance(end - _at);
    }

    private int ExponentLength(int at)
    {
        var rest = _source.AsSpan(at);
        if (rest is not ['e' or 'E', ..])
        {
            return 0;
        }

        var sign = rest is [_, '+' or '-', ..] ? 1 : 0;
        var digits = rest[(1 + sign)..].IndexOfAnyExceptInRange('0', '9') is >= 0 and var end ? end : rest.Length - 1 - sign;
        return digits > 0 ? 1 + sign + digits : 0;
    }

    private void Text()
    {
        var literal = StringLiteral.Read(_source, _at, _line);
        _tokens.Add(new(TokenKind.Text, literal.Text, _line));
        Advance(literal.Length);
    }

    private void Emit(TokenKind kind, int end)
    {
        _tokens.Add(new(kind, _source[_at..end], _line));
        Advance(end - _at);
    }

    private void Advance(int count)
    {
        _line += _source.AsSpan(_at, count).Count('\n');
        _at += count;
    }

    private RefusedException Error(string message) => TemplateSyntax.Error(_line, message);
}
