using LoraFaaS.Attacks.Network;

namespace LoraFaaS.Attacks.Resources;

/// <summary>Writes frames on its socket without a pause, each allowed (a line for its log): reading them is the worker's processor time. Of a handler; a sandbox that does the like is cut off.</summary>
public sealed class FloodSocket : Attack
{
    private const int Frames = 20_000, AtOnce = 500;

    /// <summary>FromHandler { log { text: "x" } } behind its length.</summary>
    private static ReadOnlySpan<byte> Line => [0, 0, 0, 5, 0x52, 3, 0x0a, 1, (byte)'x'];

    protected override void Try(AttackTarget target, Attempts attempts)
    {
        if (target.Backbone != 0)
        {
            attempts.Refuse("it is no handler");
            return;
        }

        var many = new byte[Line.Length * AtOnce];

        for (var i = 0; i < AtOnce; i++)
        {
            Line.CopyTo(many.AsSpan(i * Line.Length));
        }

        for (var sent = 0; sent < Frames && RawSocket.TryWrite(many); sent += AtOnce)
        {
        }

        attempts.Refuse($"{Frames} frames: nothing that it may not");
    }
}
