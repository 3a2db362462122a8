using LoraFaaS.Protocol.Sandbox;
using Microsoft.Win32.SafeHandles;

namespace LoraFaaS.Sandbox.Opening;

/// <summary>What a rehearsal is played with, as it arrives piece by piece. Closes what nobody has taken.</summary>
internal sealed class RehearsalPieces : IDisposable
{
    private static readonly RehearsalRole[] Roles = [.. Enum.GetValues<RehearsalRole>().Where(role => role is not RehearsalRole.Unspecified)];

    private readonly Dictionary<RehearsalRole, SafeFileHandle> _pieces = [];

    public bool IsComplete => Roles.All(_pieces.ContainsKey);

    /// <summary>One that came before is closed.</summary>
    public void Put(RehearsalRole role, SafeFileHandle descriptor)
    {
        if (_pieces.Remove(role, out var before))
        {
            before.Dispose();
        }

        _pieces[role] = descriptor;
    }

    /// <summary>For handing on; stays among the pieces.</summary>
    public SafeFileHandle Of(RehearsalRole role) => _pieces[role];

    /// <summary>The caller's from now on.</summary>
    public SafeFileHandle Take(RehearsalRole role) => _pieces.Remove(role, out var piece) ? piece : throw new InvalidOperationException($"{role} was taken before.");

    public void Dispose()
    {
        foreach (var piece in _pieces.Values)
        {
            piece.Dispose();
        }

        _pieces.Clear();
    }
}
