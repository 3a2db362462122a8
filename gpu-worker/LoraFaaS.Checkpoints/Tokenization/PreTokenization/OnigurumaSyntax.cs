using System.Globalization;
using System.Text;
using LoraFaaS.Checkpoints.Outcomes;

namespace LoraFaaS.Checkpoints.Tokenization.PreTokenization;

/// <summary>
/// Rewrites what Oniguruma spells otherwise than .NET: possessive quantifiers (as atomic groups), \x{…} and \h, and the long s
/// under (?i). What would mean something else in .NET (class intersections, nested and POSIX classes) is refused, not guessed.
/// </summary>
internal sealed class OnigurumaSyntax
{
    private readonly string _source;
    private readonly string _path;
    private readonly StringBuilder _output = new();
    private readonly Stack<(int Start, bool IgnoresCase)> _groups = new();
    private int _at;
    private int _atom = -1;
    private bool _ignoresCase;

    private OnigurumaSyntax(string source, string path)
    {
        _source = source;
        _path = path;
    }

    public static string ToDotNet(string pattern, string path) => new OnigurumaSyntax(pattern, path).Translate();

    private string Translate()
    {
        while (_at < _source.Length)
        {
            switch (_source[_at])
            {
                case '\\':
                    _atom = _output.Length;
                    Escape();
                    break;
                case '[':
                    _atom = _output.Length;
                    Class();
                    break;
                case '(':
                    OpenGroup();
                    break;
                case ')':
                    CloseGroup();
                    break;
                case '*' or '+' or '?' or '{':
                    Quantifier();
                    break;
                case '|':
                    _output.Append('|');
                    _at++;
                    _atom = -1;
                    break;
                default:
                    Literal();
                    break;
            }
        }

        return _groups.Count == 0 ? _output.ToString() : throw Refused("has an unclosed group");
    }

    private void Literal()
    {
        _atom = _output.Length;
        var c = _source[_at++];
        _output.Append(_ignoresCase && c is 's' or 'S' ? @"[sS\u017F]" : c.ToString());
    }

    private void Escape()
    {
        if (_at + 1 == _source.Length)
        {
            throw Refused("ends in a backslash");
        }

        var kind = _source[_at + 1];
        switch (kind)
        {
            case 'h':
                _output.Append("[0-9a-fA-F]");
                _at += 2;
                return;

            case 'x' when _at + 2 < _source.Length && _source[_at + 2] == '{':
                var close = _source.IndexOf('}', _at);
                if (close < 0
                    || !int.TryParse(_source.AsSpan((_at + 3)..close), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var code)
                    || code > char.MaxValue)
                {
                    throw Refused(@"has a \x{…} that is not of the basic plane");
                }

                _output.Append(CultureInfo.InvariantCulture, $@"\u{code:X4}");
                _at = close + 1;
                return;

            // Absolute ends mean the same in both; the rest of these letters do not.
            case 'G' or 'K' or 'R' or 'X' or 'H' or 'k' or 'g':
                throw Refused($@"uses \{kind}, which is not supported");

            default:
                _output.Append('\\').Append(kind);
                _at += 2;
                return;
        }
    }

    private void Class()
    {
        _output.Append(_source[_at++]);
        var first = true;
        while (true)
        {
            if (_at >= _source.Length)
            {
                throw Refused("has an unclosed class");
            }

            var c = _source[_at];
            if (c == ']' && !first)
            {
                _output.Append(']');
                _at++;
                return;
            }

            if (c == '[' || (c == '&' && _source.AsSpan(_at).StartsWith("&&")))
            {
                throw Refused("uses nested classes or intersections, which are not supported");
            }

            if (c == '\\')
            {
                Escape();
            }
            else
            {
                _output.Append(c);
                _at++;
                if (_ignoresCase && c is 's' or 'S' && !StartsRange())
                {
                    _output.Append(@"\u017F");
                }
            }

            first = first && c == '^';
        }
    }

    private bool StartsRange() => _at < _source.Length && _source[_at] == '-';

    private void OpenGroup()
    {
        _groups.Push((_output.Length, _ignoresCase));
        var rest = _source.AsSpan(_at);

        if (rest.StartsWith("(?i:"))
        {
            _ignoresCase = true;
            Take(4);
        }
        else if (rest.StartsWith("(?i)"))
        {
            // Holds to the end of the enclosing group: as if that group had been opened with it.
            _groups.Pop();
            _ignoresCase = true;
            Take(4);
        }
        else if (rest.StartsWith("(?:") || rest.StartsWith("(?=") || rest.StartsWith("(?!") || rest.StartsWith("(?>"))
        {
            Take(3);
        }
        else if (rest.StartsWith("(?<=") || rest.StartsWith("(?<!"))
        {
            Take(4);
        }
        else if (rest.StartsWith("(?"))
        {
            throw Refused($"uses '{rest[..Math.Min(4, rest.Length)]}', which is not supported");
        }
        else
        {
            Take(1);
        }

        _atom = -1;
    }

    private void CloseGroup()
    {
        if (!_groups.TryPop(out var group))
        {
            throw Refused("closes a group that is not open");
        }

        Take(1);
        (_atom, _ignoresCase) = group;
    }

    private void Quantifier()
    {
        if (_atom < 0)
        {
            throw Refused("repeats nothing");
        }

        var start = _at;
        var isBraced = _source[_at] == '{';
        if (isBraced)
        {
            _at = _source.IndexOf('}', _at);
            if (_at < 0)
            {
                throw Refused("has an unclosed repetition");
            }
        }

        _at++;
        _output.Append(_source, start, _at - start);

        if (_at >= _source.Length || _source[_at] is not ('+' or '?'))
        {
            return;
        }

        if (_source[_at] == '?')
        {
            Take(1);
            return;
        }

        // After braces Oniguruma's plus repeats the repetition; after the others it makes it possessive.
        _at++;
        _output.Insert(_atom, isBraced ? "(?:" : "(?>").Append(isBraced ? ")+" : ")");
    }

    private void Take(int count)
    {
        _output.Append(_source, _at, count);
        _at += count;
    }

    private RefusedException Refused(string message) => new(_path, $"the pattern {message}");
}
