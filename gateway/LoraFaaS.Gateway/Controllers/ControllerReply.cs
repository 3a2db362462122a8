using System.Text;

namespace LoraFaaS.Gateway.Controllers;

/// <summary>What the controller said; 503 when it could not be asked.</summary>
internal sealed record ControllerReply(int Status, byte[] Body)
{
    public bool IsSuccess => Status is >= 200 and < 300;

    public string Text => Encoding.UTF8.GetString(Body).Trim();

    public static ControllerReply Unreachable(string reason) =>
        new(StatusCodes.Status503ServiceUnavailable, Encoding.UTF8.GetBytes($"the controller cannot be reached: {reason}"));
}
