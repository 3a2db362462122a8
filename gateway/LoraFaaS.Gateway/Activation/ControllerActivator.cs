using LoraFaaS.Contracts.Errors;
using LoraFaaS.Contracts.Identity;
using LoraFaaS.Gateway.Routing;
using LoraFaaS.Protocol.Control;
using LoraFaaS.Protocol.Grpc;

namespace LoraFaaS.Gateway.Activation;

/// <summary>Activations by the controller. It answers when some worker has the artifacts in place, or says why none can.</summary>
internal sealed class ControllerActivator(ControlClient control) : IActivator
{
    public async Task<ActivationOutcome> ActivateAsync(RouteEntry route, TimeSpan timeLeft, CancellationToken cancellationToken)
    {
        var request = new ActivateRequest
        {
            Key = RouteWire.ToKey(route.Function),
            Revision = route.Revision.Number,
            TimeLeftMs = (int)Math.Min(timeLeft.TotalMilliseconds, int.MaxValue),
        };

        try
        {
            return ToOutcome(await control.ActivateAsync(request, timeLeft, cancellationToken));
        }
        catch (GrpcStatusException exception) when (exception.Code is GrpcStatusCode.DeadlineExceeded)
        {
            return new ActivationOutcome.Refused(new Problem(ErrorCode.DeadlineExceeded, $"{route.Function} did not wake in time"));
        }
        catch (GrpcStatusException exception) when (exception.Code is GrpcStatusCode.NotFound)
        {
            return new ActivationOutcome.Refused(new Problem(ErrorCode.FunctionNotFound, $"{route.Function} is not deployed any more"));
        }
        catch (GrpcStatusException exception)
        {
            return new ActivationOutcome.Refused(new Problem(
                ErrorCode.ControllerUnavailable, $"{route.Function} is not loaded, and the controller cannot be asked to load it: {exception.Status}"));
        }
    }

    private static ActivationOutcome ToOutcome(ActivateReply reply)
    {
        if (reply.WorkerId.Length > 0 && reply.WorkerUrl.Length > 0)
        {
            return new ActivationOutcome.Ready(new WorkerId(reply.WorkerId), reply.WorkerUrl, reply.Account);
        }

        return new ActivationOutcome.Refused(new Problem(
            reply.ErrorCode.Length > 0 ? ErrorCodes.FromWire(reply.ErrorCode) : ErrorCode.ActivationFailed,
            reply.ErrorMessage.Length > 0 ? reply.ErrorMessage : "the activation failed without a reason",
            RetryAfter: reply.RetryAfterMs > 0 ? TimeSpan.FromMilliseconds(reply.RetryAfterMs) : null));
    }
}
