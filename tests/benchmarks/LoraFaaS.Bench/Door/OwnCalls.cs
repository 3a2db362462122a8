namespace LoraFaaS.Bench.Door;

/// <summary>
/// Each connection has calls of its own, due evenly: as many callers, each of which waits for its answer and then makes at once what has come due meanwhile. Whoever was held up for a while is late with
/// every call until it has caught up, as with wrk2.
/// </summary>
internal sealed class OwnCalls : IDueCalls
{
    private readonly LoadClient[] _clients;
    private readonly Stack<LoadClient> _answered;
    private long _looked;

    public OwnCalls(LoadClient[] clients)
    {
        _clients = clients;
        _answered = new Stack<LoadClient>(clients.Length);

        for (var i = 0; i < clients.Length; i++)
        {
            clients[i].Number = i;
        }
    }

    public bool TryTake(long due, out LoadClient client, out long number)
    {
        while (_answered.TryPop(out client!))
        {
            if (client.Number < due)
            {
                return Take(client, out number);
            }
        }

        while (_looked < due)
        {
            client = _clients[_looked % _clients.Length];

            // One that waits for an answer, or has made this call just now, is passed: it is taken when it is free.
            if (client.Number == _looked++ && !client.IsWaiting)
            {
                return Take(client, out number);
            }
        }

        (client, number) = (null!, 0);
        return false;
    }

    public void Free(LoadClient client) => _answered.Push(client);

    private bool Take(LoadClient client, out long number)
    {
        number = client.Number;
        client.Number += _clients.Length;
        return true;
    }
}
