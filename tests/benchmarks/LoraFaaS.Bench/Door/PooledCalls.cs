namespace LoraFaaS.Bench.Door;

/// <summary>
/// One client with a pool of connections: the next call that is due takes the free connection that was used last, as HTTP clients' pools do. Where all wait for answers it waits for the first of them, so that
/// a connection that is held up holds up its one call and no other.
/// </summary>
internal sealed class PooledCalls : IDueCalls
{
    private readonly Stack<LoadClient> _free;
    private long _next;

    public PooledCalls(LoadClient[] clients) => _free = new Stack<LoadClient>(clients);

    public bool TryTake(long due, out LoadClient client, out long number)
    {
        (client, number) = (null!, _next);

        if (_next >= due || !_free.TryPop(out client!))
        {
            return false;
        }

        _next++;
        return true;
    }

    public void Free(LoadClient client) => _free.Push(client);
}
