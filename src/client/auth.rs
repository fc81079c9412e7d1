//! Authentication of one join: what HELLO offers and who answers challenges, from a configuration.
//! One rule: random octets are drawn here, anew for every join.

use std::{cell::RefCell, rc::Rc};

use super::{
    config::{ClientConfig, OnChallenge, Proof},
    error::{JoinError, WampError},
};
use crate::{
    auth::{Answer, AuthError, Authenticator, RANDOM_OCTETS, Step, WelcomeRule},
    message::{Challenge, HelloDetails},
};

/// What a join needs of the configuration.
pub(super) struct Prepared {
    pub(super) details: HelloDetails,
    pub(super) rule: WelcomeRule,
    pub(super) on_challenge: Option<OnChallenge>,
}

pub(super) fn prepare(config: &ClientConfig) -> Result<Prepared, JoinError> {
    let Some(credentials) = &config.credentials else {
        let details = config.details.clone().try_into()?;
        let on_challenge = config.on_challenge.clone();
        return Ok(Prepared { details, rule: WelcomeRule::default(), on_challenge });
    };
    // Checks the types before the authenticator reads the details.
    HelloDetails::try_from(config.details.clone())?;
    let mut random = [0; RANDOM_OCTETS];
    getrandom::fill(&mut random).map_err(|error| JoinError::NoRandomness(error.to_string()))?;
    let mut authenticator = Authenticator::new(credentials.clone(), random);
    let details = authenticator.hello(config.details.clone())?.try_into()?;
    let rule = authenticator.rule().clone();
    Ok(Prepared { details, rule, on_challenge: Some(answering(authenticator, config)) })
}

fn answering(authenticator: Authenticator, config: &ClientConfig) -> OnChallenge {
    let (authenticator, sign) = (Rc::new(RefCell::new(authenticator)), config.sign.clone());
    Rc::new(move |challenge: Challenge| {
        let (authenticator, sign) = (Rc::clone(&authenticator), sign.clone());
        Box::pin(async move {
            let step = authenticator.borrow_mut().challenged(&challenge)?;
            match (step, sign) {
                (Step::Answer(answer), _) => Ok(answer.into()),
                (Step::Sign(to_sign), Some(sign)) => {
                    let signature = sign(*to_sign.message()).await?;
                    Ok(to_sign.signed(&signature).into())
                }
                (Step::Sign(_), None) => {
                    let text = "the key signs elsewhere, and there is no ClientConfig::sign_with";
                    Err(WampError::new(crate::message::uris::CANNOT_AUTHENTICATE, (text,)))
                }
            }
        })
    })
}

impl From<Answer> for Proof {
    fn from(answer: Answer) -> Self {
        Self { signature: answer.signature, extra: answer.extra, rule: Some(answer.rule) }
    }
}

impl From<AuthError> for WampError {
    fn from(error: AuthError) -> Self {
        Self::new(error.reason(), (error.to_string(),))
    }
}
