namespace LoraFaaS.Engine.Grammars.States;

/// <summary>One place where a text may be: a node that reads a byte, in a call.</summary>
internal readonly record struct Position(int Node, Frame Frame)
{
    /// <summary>Orders and names positions within a space.</summary>
    public ulong Key => ((ulong)(uint)Frame.Id << 32) | (uint)Node;
}
