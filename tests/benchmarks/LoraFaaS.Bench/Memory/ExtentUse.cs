namespace LoraFaaS.Bench.Memory;

/// <summary>Which extents of a region hold anything: what a system without extents of its own would have to be leased.</summary>
internal sealed class ExtentUse(long bytes, long extent)
{
    private readonly int[] _users = new int[(bytes + extent - 1) / extent];

    public long Bytes { get; private set; }

    public void Add(long offset, long length, int users)
    {
        for (var index = offset / extent; index * extent < offset + length; index++)
        {
            var before = _users[index];
            _users[index] += users;
            Bytes += before == 0 && _users[index] > 0 ? extent : before > 0 && _users[index] == 0 ? -extent : 0;
        }
    }
}
