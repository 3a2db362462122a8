namespace LoraFaaS.Engine.Memory;

/// <summary>Where pages went when a pool was made smaller.</summary>
public sealed class PageMoves
{
    private readonly Dictionary<PageIndex, (PageIndex To, int Before, int After)> _moves = [];

    public int Count => _moves.Count;

    public bool TryFind(PageIndex from, out PageIndex to) => TryFind(from, out to, out _, out _);

    /// <summary>With the version that the page had at its old place, and the one it has at its new place.</summary>
    public bool TryFind(PageIndex from, out PageIndex to, out int before, out int after)
    {
        var found = _moves.TryGetValue(from, out var move);
        (to, before, after) = move;
        return found;
    }

    internal void Add(PageIndex from, PageIndex to, int before, int after) => _moves.Add(from, (to, before, after));
}
