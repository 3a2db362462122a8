using System.Text;

namespace LoraFaaS.Gateway.Handover;

/// <summary>
/// What the two say, a line each. The one that serves: <see cref="Greeting"/>, each door's address with its socket beside it, <see cref="End"/>. The one that starts, once it serves:
/// <see cref="Ready"/>. The one that served, once it accepts nothing any more: <see cref="Gone"/>.
/// </summary>
internal static class HandoverWords
{
    public const string Greeting = "lorafaas doors 1";
    public const string End = "end";
    public const string Ready = "ready";
    public const string Gone = "gone";

    /// <summary>Doors that a gateway can have: the callers' and the one inside.</summary>
    public const int MostDoors = 4;

    /// <summary>Longest that one waits for the other's next word, where no start lies between.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    public static byte[] Line(string word) => Encoding.UTF8.GetBytes(word + "\n");
}
