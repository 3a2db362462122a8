using Yarp.ReverseProxy.Forwarder;

namespace LoraFaaS.Gateway.Controllers;

internal sealed partial class ControllerForwarder
{
    [LoggerMessage(2501, LogLevel.Warning, "{Method} {Path} did not reach the controller: {Error}")]
    private partial void LogFailed(string method, string path, ForwarderError error);
}
