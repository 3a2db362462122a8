using System.Text;

namespace LoraFaaS.Engine.Generation;

/// <summary>
/// Finds stop strings in text that comes in pieces (Aho–Corasick). Text that may still turn into a stop string is held back, so none of it is
/// ever given out. The stop whose last character comes first wins, the longest of those that end together: how the text was
/// split does not matter.
/// </summary>
public sealed class StopMatcher
{
    private const int Root = 0;

    private readonly Dictionary<(int Node, char Next), int> _edges = [];
    private readonly List<Node> _nodes = [new Node()];
    private readonly StringBuilder _held = new();
    private int _state = Root;

    public StopMatcher(IReadOnlyList<string> stops)
    {
        ArgumentNullException.ThrowIfNull(stops);

        foreach (var stop in stops)
        {
            ArgumentException.ThrowIfNullOrEmpty(stop);
            Add(stop);
        }

        Link();
    }

    /// <summary>The stop string that was found; null before.</summary>
    public string? Found { get; private set; }

    /// <summary>Takes a piece and appends to <paramref name="output"/> what is certain not to belong to a stop string. False: one was found.</summary>
    public bool TryAppend(ReadOnlySpan<char> text, StringBuilder output)
    {
        ArgumentNullException.ThrowIfNull(output);

        if (_nodes.Count == 1)
        {
            output.Append(text);
            return true;
        }

        foreach (var c in text)
        {
            if (Found is not null)
            {
                break;
            }

            _held.Append(c);
            Step(c);
            Found = _nodes[_state].Stop;
            Release(Found?.Length ?? _nodes[_state].Depth, output);
        }

        return Found is null;
    }

    /// <summary>The text is over: what was held back is plain text after all.</summary>
    public void Flush(StringBuilder output)
    {
        ArgumentNullException.ThrowIfNull(output);

        if (Found is null)
        {
            Release(0, output);
            _state = Root;
        }
    }

    private void Add(string stop)
    {
        var node = Root;

        foreach (var c in stop)
        {
            if (!_edges.TryGetValue((node, c), out var next))
            {
                next = _nodes.Count;
                _nodes.Add(new Node { Parent = node, Letter = c, Depth = _nodes[node].Depth + 1 });
                _edges.Add((node, c), next);
            }

            node = next;
        }

        _nodes[node].Stop = stop;
    }

    /// <summary>Sets each node's longest proper suffix that is also in the tree, shallow nodes first.</summary>
    private void Link()
    {
        foreach (var node in _nodes.Skip(1).OrderBy(node => node.Depth))
        {
            node.Suffix = node.Depth == 1 ? Root : Follow(_nodes[node.Parent].Suffix, node.Letter);
            node.Stop ??= _nodes[node.Suffix].Stop;
        }
    }

    private void Step(char c) => _state = Follow(_state, c);

    private int Follow(int node, char c)
    {
        int next;

        while (!_edges.TryGetValue((node, c), out next) && node != Root)
        {
            node = _nodes[node].Suffix;
        }

        return next;
    }

    private void Release(int keep, StringBuilder output)
    {
        var count = _held.Length - keep;

        if (count > 0)
        {
            output.Append(_held, 0, count);
            _held.Remove(0, count);
        }
    }

    private sealed class Node
    {
        public int Parent { get; init; }

        public char Letter { get; init; }

        public int Depth { get; init; }

        public int Suffix { get; set; }

        /// <summary>The longest stop that ends here.</summary>
        public string? Stop { get; set; }
    }
}
