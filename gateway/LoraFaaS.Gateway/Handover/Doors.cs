using System.Net;
using System.Net.Sockets;
using LoraFaaS.Linux.Sockets;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;

namespace LoraFaaS.Gateway.Handover;

/// <summary>The sockets that this process accepts callers from: bound by itself, or by a gateway before it.</summary>
internal sealed class Doors : IDisposable
{
    private readonly Lock _gate = new();
    private readonly List<Door?> _inherited = [];
    private readonly List<Door> _open = [];

    /// <summary>The next door of the gateway before this one, under the address that it was told to open.</summary>
    public void Inherit(string wanted, SharedListener listener)
    {
        lock (_gate)
        {
            _inherited.Add(new Door(wanted, listener));
        }
    }

    /// <summary>
    /// What the server asks for when it opens a door. Doors are opened in one order by every gateway, and the callers' must never be taken for the one inside: an inherited one is used only in
    /// its own turn, and where its address is the wanted one.
    /// </summary>
    /// <exception cref="SocketException">The address is taken, or cannot be.</exception>
    public Socket Open(EndPoint wanted)
    {
        var name = wanted.ToString()!;

        lock (_gate)
        {
            var turn = _open.Count;
            var before = turn < _inherited.Count && _inherited[turn] is { } door && Serves(door, name, wanted) ? door.Listener : null;

            if (before is not null)
            {
                _inherited[turn] = null;
            }

            var listener = before ?? SharedListener.Of(SocketTransportOptions.CreateDefaultBoundListenSocket(wanted));
            _open.Add(new Door(name, listener));
            return listener.Here;
        }
    }

    /// <summary>The doors that are open, to be shared.</summary>
    public IReadOnlyList<Door> Snapshot()
    {
        lock (_gate)
        {
            return [.. _open];
        }
    }

    /// <summary>Closes what was inherited and not asked for: the configuration has changed.</summary>
    public void DropUnused()
    {
        lock (_gate)
        {
            _inherited.ForEach(door => door?.Listener.Dispose());
            _inherited.Clear();
        }
    }

    /// <summary>Nobody comes in here any more; connections that are open go on. Whoever else has the sockets goes on accepting, and where nobody has, callers are refused.</summary>
    public void Close()
    {
        lock (_gate)
        {
            _open.ForEach(door => door.Listener.Dispose());
            _open.Clear();
        }
    }

    public void Dispose()
    {
        Close();
        DropUnused();
    }

    /// <summary>Asked for under the same address, or standing there; any port will do where none is named.</summary>
    private static bool Serves(Door door, string name, EndPoint wanted) =>
        door.Wanted == name
        || door.Listener.LocalEndPoint.Equals(wanted)
        || (wanted is IPEndPoint { Port: 0 } any && door.Listener.LocalEndPoint is IPEndPoint at && at.Address.Equals(any.Address));
}
