namespace LoraFaaS.Engine.Grammars.States;

/// <summary>
/// A rule call that has not returned: where it goes on, and in which call that is. Equal frames of one space are one object.
/// The root has no parent; a bottom stands for frames that are not known, so that what does not depend on them is computed once for all of them.
/// </summary>
internal sealed class Frame(int id, int returnNode, Frame? parent, int depth)
{
    public int Id => id;

    public int Return => returnNode;

    public Frame? Parent => parent;

    public int Depth => depth;

    /// <summary>The call of the whole text, at depth 0.</summary>
    public bool IsRoot => parent is null && id == 0;

    public bool IsBottom => parent is null && id != 0;
}
