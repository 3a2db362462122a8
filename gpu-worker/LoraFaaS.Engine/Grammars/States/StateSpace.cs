using System.Runtime.InteropServices;
using LoraFaaS.Engine.Grammars.Graphs;

namespace LoraFaaS.Engine.Grammars.States;

/// <summary>
/// The states of one grammar that texts have come to: made when first met and then shared. New states and frames are made under a lock; reading
/// a known transition takes none. When a space has grown full its users move to a new one (<see cref="Adopt"/>).
/// </summary>
internal sealed class StateSpace
{
    private const int HalfDepth = GrammarLimits.Depth / 2;

    private readonly Lock _gate = new();
    private readonly Dictionary<(int Return, int Parent), Frame> _frames = [];
    private readonly Dictionary<StateKey, GrammarState> _states = [];
    private readonly Stack<Position> _open = new();
    private readonly HashSet<ulong> _seen = [];
    private readonly List<Position> _positions = [];
    private readonly Frame _root = new(0, -1, null, 0);
    private int _nextFrame = 1;
    private bool _isComplete;
    private bool _escapes;

    public StateSpace(GrammarGraph graph)
    {
        Graph = graph;

        lock (_gate)
        {
            Dead = Intern();
            _isComplete = true;
            Ended = Intern();
            Close(graph.Rules[graph.Root], _root);
            Start = Intern();
        }
    }

    public GrammarGraph Graph { get; }

    public GrammarState Start { get; }

    /// <summary>A whole text that nothing can follow.</summary>
    public GrammarState Ended { get; }

    public GrammarState Dead { get; }

    /// <summary>Positions visited so far, and 16 for each step: what this space has cost in time, some 50 ns each.</summary>
    public long Work { get; private set; }

    /// <summary>About how many bytes it holds.</summary>
    public long Size { get; private set; }

    public bool IsFull => Size > GrammarLimits.SpaceBytes;

    public GrammarState Step(GrammarState state, int byteClass)
    {
        lock (_gate)
        {
            var value = Graph.Representatives[byteClass];
            Work += state.Positions.Length >> 3;

            foreach (var (node, frame) in state.Positions)
            {
                foreach (var edge in ((GrammarNode.Bytes)Graph.Nodes[node]).Edges)
                {
                    if (edge.Low <= value && value <= edge.High)
                    {
                        Close(edge.Target, frame);
                    }
                }
            }

            Size += state.Transitions is null ? 8 * Graph.Representatives.Length : 0;
            var next = Intern();
            state.SetNext(byteClass, next, Graph.Representatives.Length);
            return next;
        }
    }

    /// <summary>The same state without the frames that all its positions have in common below; itself when there are none to spare.</summary>
    public GrammarState Localise(GrammarState state)
    {
        if (state.Positions.Length == 0)
        {
            return state;
        }

        var common = state.Positions[0].Frame;

        foreach (var position in state.Positions.AsSpan(1))
        {
            common = CommonAncestor(common, position.Frame);
        }

        if (common.IsRoot || common.IsBottom)
        {
            return state;
        }

        lock (_gate)
        {
            var bottom = Bottom(common.Depth, state.Positions.Max(position => position.Frame.Depth) - common.Depth);

            foreach (var (node, frame) in state.Positions)
            {
                _positions.Add(new Position(node, Rebase(frame, common, bottom)));
            }

            return Intern();
        }
    }

    /// <summary>A state of another space of the same graph, in this one.</summary>
    public GrammarState Adopt(GrammarState state)
    {
        lock (_gate)
        {
            foreach (var (node, frame) in state.Positions)
            {
                _positions.Add(new Position(node, Copy(frame)));
            }

            _isComplete = state.IsComplete;
            return Intern();
        }
    }

    public void Account(int maskBytes)
    {
        lock (_gate)
        {
            Size += maskBytes;
        }
    }

    /// <summary>Adds every position that reads a byte and is reached from here without reading one.</summary>
    private void Close(int node, Frame frame)
    {
        _open.Push(new Position(node, frame));

        while (_open.TryPop(out var at))
        {
            if (!_seen.Add(at.Key) || at.Frame.Depth + Graph.MinDepth[at.Node] > GrammarLimits.Depth)
            {
                continue;
            }

            Work++;

            switch (Graph.Nodes[at.Node])
            {
                case GrammarNode.Bytes:
                    _positions.Add(at);
                    break;
                case GrammarNode.Choice choice:
                    foreach (var target in choice.Targets)
                    {
                        _open.Push(at with { Node = target });
                    }

                    break;
                case GrammarNode.Call call:
                    // A call that is its rule's last word needs no frame: the callee returns for both.
                    _open.Push(new Position(Graph.Rules[call.Rule], call.Return == GraphBuilder.End ? at.Frame : FrameOf(call.Return, at.Frame)));
                    break;
                case GrammarNode.End when at.Frame.IsRoot:
                    _isComplete = true;
                    break;
                case GrammarNode.End when at.Frame.IsBottom:
                    _escapes = true;
                    break;
                case GrammarNode.End:
                    _open.Push(new Position(at.Frame.Return, at.Frame.Parent!));
                    break;
            }
        }
    }

    /// <summary>The state of the gathered positions, and an empty table for the next.</summary>
    private GrammarState Intern()
    {
        _positions.Sort(static (a, b) => a.Key.CompareTo(b.Key));
        var keys = new ulong[_positions.Count + 1];
        keys[^1] = (_isComplete ? 1UL : 0) | (_escapes ? 2UL : 0);

        for (var i = 0; i < _positions.Count; i++)
        {
            keys[i] = _positions[i].Key;
        }

        ref var state = ref CollectionsMarshal.GetValueRefOrAddDefault(_states, new StateKey(keys), out var isKnown);

        if (!isKnown)
        {
            state = new GrammarState(this, [.. _positions], _isComplete, _escapes);
            Size += 200 + (24 * keys.Length);
        }

        Work += 16;
        _positions.Clear();
        _seen.Clear();
        (_isComplete, _escapes) = (false, false);
        return state!;
    }

    private Frame FrameOf(int returnNode, Frame parent)
    {
        ref var frame = ref CollectionsMarshal.GetValueRefOrAddDefault(_frames, (returnNode, parent.Id), out _);

        if (frame is null)
        {
            frame = new Frame(_nextFrame++, returnNode, parent, parent.Depth + 1);
            Size += 100;
        }

        return frame;
    }

    /// <summary>
    /// Bottoms at small depths are one, at half the greatest depth, so that what lies below hardly matters. It never allows what the real
    /// frames forbid; what it forbids too much is one token that opens more than twenty levels at once.
    /// </summary>
    private Frame Bottom(int depth, int span)
    {
        var assumed = depth <= HalfDepth && HalfDepth + span + Graph.DeepestMinimum <= GrammarLimits.Depth ? HalfDepth : depth;
        ref var frame = ref CollectionsMarshal.GetValueRefOrAddDefault(_frames, (-1, -1 - assumed), out _);
        return frame ??= new Frame(_nextFrame++, -1, null, assumed);
    }

    private Frame Rebase(Frame frame, Frame from, Frame to) =>
        ReferenceEquals(frame, from) ? to : FrameOf(frame.Return, Rebase(frame.Parent!, from, to));

    private Frame Copy(Frame frame) => frame.IsRoot ? _root : FrameOf(frame.Return, Copy(frame.Parent!));

    private static Frame CommonAncestor(Frame a, Frame b)
    {
        while (!ReferenceEquals(a, b))
        {
            (a, b) = a.Depth >= b.Depth ? (a.Parent!, b) : (a, b.Parent!);
        }

        return a;
    }
}
